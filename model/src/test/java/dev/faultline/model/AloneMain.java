package dev.faultline.model;

import java.util.Set;

/** Runs the model in a JVM that may not call native code at all. */
public final class AloneMain {
    private AloneMain() {}

    /** Serves a minor fault, and moves. */
    public static void main(String[] arguments) {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.put(0, 42);
            at.register(Machine.MISSING | Machine.MINOR);
            ModelTask<Byte> load = at.load(at.thread, 0);
            at.read();
            at.uffd.continuePages(at.page(0), at.pageBytes, 0).orThrow("CONTINUE");
            at.kernel.settle();
            System.exit(load.result());
        }
    }
}
