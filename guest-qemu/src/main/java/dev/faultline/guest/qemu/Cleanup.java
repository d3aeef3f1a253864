package dev.faultline.guest.qemu;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be put back or closed, in the reverse order. */
final class Cleanup {
    private record Step(String failure, AutoCloseable action) {}

    private final Deque<Step> steps = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        add("something of QEMU's was not closed", resource);
        return resource;
    }

    /** Adds a step, and what to say if it fails. */
    void add(String failure, AutoCloseable action) {
        steps.push(new Step(failure, action));
    }

    /** Takes all steps, each whatever became of those before it. A QEMU that has ended makes some of them fail. */
    void run(boolean hasEnded) {
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            try {
                step.action.close();
            } catch (Exception e) {
                System.getLogger(Cleanup.class.getName())
                        .log(hasEnded ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING, step.failure, e);
            }
        }
    }
}
