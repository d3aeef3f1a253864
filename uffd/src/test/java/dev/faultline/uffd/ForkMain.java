package dev.faultline.uffd;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Poller;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Forks while it has registered memory, and prints what its userfaultfd tells of that. */
final class ForkMain {
    private ForkMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        ChildMain.begin(args);
        try (RawMemory memory = new RawMemory(1);
                LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.EVENT_FORK));
                EventBatch batch = new EventBatch(4);
                NativeThread thread = new NativeThread()) {
            uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.MISSING));
            CompletableFuture<Process> fork = thread.run(ForkMain::start);
            Poller.awaitReadable(uffd.fd(), -1);
            uffd.read(batch);
            System.out.println("event " + batch.kind(0));
            try (LinuxUffd forked = uffd.takeForked(batch, 0)) {
                boolean other = forked.fd().number() != uffd.fd().number();
                boolean waits = (LibC.fcntl(forked.fd().number(), LibC.F_GETFL, 0) & LibC.O_NONBLOCK) != 0;
                System.out.println("another descriptor: " + other + ", of a userfaultfd that waits: " + waits);
                int exit = NativeThread.await(fork).waitFor();
                Outcome outcome = forked.zeroPages(memory.page(0), RawMemory.PAGE, 0);
                System.out.println("exit " + exit + ", then " + outcome.kind());
            }
        }
    }

    private static Process start() {
        try {
            return new ProcessBuilder("true").start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
