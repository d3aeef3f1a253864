package dev.faultline.uffd.paged;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdWaiter;
import java.util.ArrayList;
import java.util.List;

/** The threads that answer the page faults of native code. */
final class NativeTouches implements AutoCloseable {
    /** Answers one fault. */
    @FunctionalInterface
    interface Answer {
        void answer(long address, boolean store);
    }

    private final Uffd uffd;
    private final Answer answer;
    private final List<UffdWaiter> waiters = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    NativeTouches(Uffd uffd, int count, Answer answer) {
        this.uffd = uffd;
        this.answer = answer;
        for (int i = 0; i < count; i++) {
            UffdWaiter waiter = uffd.newWaiter();
            waiters.add(waiter);
            threads.add(Thread.ofPlatform().daemon().name("pager-" + i).start(() -> serve(waiter)));
        }
    }

    /** One fault at a time: one that waits for its page must not hold up another that a second thread could answer. */
    private void serve(UffdWaiter waiter) {
        try (EventBatch batch = new EventBatch(1)) {
            while (!waiter.hasEnded()) {
                if (waiter.await(-1) && uffd.read(batch) == 1 && batch.isPageFault(0)) {
                    answer.answer(batch.address(0), batch.isWrite(0));
                }
            }
        }
    }

    @Override
    public void close() {
        waiters.forEach(UffdWaiter::end);
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= join(thread);
        }
        waiters.forEach(UffdWaiter::close);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@return whether the caller was interrupted meanwhile} */
    private static boolean join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
