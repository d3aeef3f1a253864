package dev.faultline.uffd.os;

import dev.faultline.uffd.ChildJvm;
import dev.faultline.uffd.ChildMain;
import java.time.Duration;

/** Starts a child, which sleeps, tells its process id, and waits to be killed. Argument: whether to have a child. */
final class OrphanMain {
    private OrphanMain() {}

    public static void main(String[] args) throws InterruptedException {
        ChildMain.begin(args);
        if (args[1].equals("parent")) {
            try (ChildJvm child = ChildJvm.start(OrphanMain.class, "child")) {
                child.writesWithin(Duration.ofSeconds(30), "sleeping");
                System.out.println("child " + child.pid() + " sleeps");
                Thread.sleep(Duration.ofMinutes(5));
            }
        }
        System.out.println("sleeping");
        Thread.sleep(Duration.ofMinutes(5));
    }
}
