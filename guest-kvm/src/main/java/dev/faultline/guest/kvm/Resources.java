package dev.faultline.guest.kvm;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be closed in the end, the last first. */
final class Resources {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        open.push(resource);
        return resource;
    }

    /** Closes all of them, each whatever became of those before it. */
    void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                System.getLogger(Resources.class.getName())
                        .log(System.Logger.Level.WARNING, "the guest's process could not be tidied up", e);
            }
        }
    }
}
