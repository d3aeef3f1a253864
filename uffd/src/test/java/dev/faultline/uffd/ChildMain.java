package dev.faultline.uffd;

import dev.faultline.uffd.os.Processes;

/** How every child's main begins. */
public final class ChildMain {
    private ChildMain() {}

    /** Makes sure that it does not outlive the test, whose process id is the first argument. */
    public static void begin(String[] args) {
        if (!Processes.dieWithParent(Long.parseLong(args[0]))) {
            Runtime.getRuntime().halt(1);
        }
    }
}
