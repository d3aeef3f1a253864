package dev.faultline.cli.process;

import dev.faultline.uffd.os.Processes;
import java.io.IOException;

/** The process that this one belongs to. */
public final class Parent {
    private static final int KILLED = 137;

    private Parent() {}

    /**
     * Has this process end when its parent does: by a signal from the kernel and, should that go astray, by the end of
     * standard input, a pipe that nobody else holds. To be called on the main thread, because the kernel forgets the
     * signal when the thread that asked for it ends.
     *
     * @param processId the parent
     * @throws OperatorException if the parent has ended already
     */
    public static void bind(long processId) throws OperatorException {
        if (!Processes.dieWithParent(processId)) {
            throw new OperatorException("The process " + processId + " that this one belongs to has ended");
        }
        Thread.ofPlatform().daemon().name("faultline-parent").start(Parent::awaitEndOfInput);
    }

    private static void awaitEndOfInput() {
        try {
            int read = System.in.read();
            while (read >= 0) {
                read = System.in.read();
            }
        } catch (IOException e) {
            // As good as an end.
        }
        Runtime.getRuntime().halt(KILLED);
    }
}
