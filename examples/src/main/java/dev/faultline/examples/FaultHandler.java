package dev.faultline.examples;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdWaiter;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.MemoryFile;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Brings each page of a memory file up to date when it is first touched, and then lets the toucher go on. It knows
 * neither the kernel nor the model, so it runs on both.
 */
final class FaultHandler implements AutoCloseable {
    /** Makes a page's content right. */
    interface PageLoader {
        void load(int page, MemorySegment content);
    }

    private static final long RETRY_NANOS = 1_000_000L;

    private final Uffd uffd;
    private final long guestAddress;
    private final long pageBytes;
    private final AliasMapping alias;
    private final PageLoader loader;
    private final IntConsumer onFault;
    private final boolean[] current;
    private final UffdWaiter waiter;
    private final Thread thread;

    FaultHandler(Uffd uffd, long guestAddress, MemoryFile file, PageLoader loader, IntConsumer onFault) {
        this.uffd = uffd;
        this.guestAddress = guestAddress;
        this.pageBytes = file.pageSize().bytes();
        this.alias = file.mapAlias();
        this.loader = loader;
        this.onFault = onFault;
        this.current = new boolean[(int) (file.lengthBytes() / pageBytes)];
        this.waiter = uffd.newWaiter();
        this.thread = Thread.ofPlatform().daemon().name("fault handler").start(this::serve);
    }

    // A platform thread: the wait is a native call, which would pin a virtual thread's carrier.
    private void serve() {
        try (EventBatch events = new EventBatch(16)) {
            while (!waiter.hasEnded()) {
                int count = waiter.await(-1) ? uffd.read(events) : 0;
                for (int i = 0; i < count; i++) {
                    if (events.isPageFault(i)) {
                        answer((int) ((events.address(i) - guestAddress) / pageBytes));
                    }
                }
            }
        }
    }

    private void answer(int page) {
        onFault.accept(page);
        // Reclaim can make a page fault again: its content is right then, and must not be loaded a second time.
        if (!current[page]) {
            alias.makeWritable(page * pageBytes, pageBytes);
            loader.load(page, alias.segment().asSlice(page * pageBytes, pageBytes));
            current[page] = true;
        }
        map(page);
    }

    private void map(int page) {
        long address = guestAddress + page * pageBytes;
        while (true) {
            Outcome outcome = uffd.continuePages(address, pageBytes, 0);
            switch (outcome.kind()) {
                case DONE, GONE, TARGET_EXITED -> {
                    return;
                }
                case ALREADY_MAPPED -> {
                    uffd.wake(address, pageBytes); // the kernel wakes nobody then
                    return;
                }
                // No event is asked for here that would have to be read meanwhile; so waiting is all there is to do.
                case CHANGING -> LockSupport.parkNanos(RETRY_NANOS);
                default -> throw new IllegalStateException("page " + page + " cannot be mapped: " + outcome);
            }
        }
    }

    @Override
    public void close() {
        waiter.end();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        waiter.close();
        alias.close();
    }
}
