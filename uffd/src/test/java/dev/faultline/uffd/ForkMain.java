package dev.faultline.uffd;

import java.io.IOException;
import java.util.Set;

/**
 * Forks while it has registered memory, having told where. It cannot read the event itself: fork(3) holds the locks of
 * malloc while it waits for that to be done, and sooner or later the reader needs one.
 */
final class ForkMain {
    private ForkMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        ChildMain.begin(args);
        try (RawMemory memory = new RawMemory(1);
                LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.EVENT_FORK))) {
            uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.MISSING));
            TouchMain.tell(memory.page(0), uffd.fd().number(), 0, memory.lengthBytes());
            int exit = new ProcessBuilder("true").start().waitFor();
            System.out.println("exit " + exit);
        }
    }
}
