package dev.faultline.model;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdWaiter;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.MemoryFile;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/** A handler that knows interfaces only: it fills each page with its number from 1 through the alias, once. */
final class PageServer {
    private final Uffd uffd;
    private final AliasMapping alias;
    private final long base;
    private final long pageBytes;
    private final BitSet filled = new BitSet();

    PageServer(Uffd uffd, MemoryFile file, AliasMapping alias, long base) {
        this.uffd = uffd;
        this.alias = alias;
        this.base = base;
        pageBytes = file.pageSize().bytes();
    }

    /** Serves until the wait is ended. */
    void run(UffdWaiter waiter) {
        try (EventBatch batch = new EventBatch(8)) {
            while (!waiter.hasEnded()) {
                waiter.await(-1);
                int count = uffd.read(batch);
                for (int i = 0; i < count; i++) {
                    serve(batch.address(i));
                }
            }
        }
    }

    private void serve(long address) {
        long offset = (address - base) / pageBytes * pageBytes;
        int page = (int) (offset / pageBytes);
        if (!filled.get(page)) {
            filled.set(page);
            alias.makeWritable(offset, pageBytes);
            alias.segment().set(ValueLayout.JAVA_BYTE, offset, (byte) (page + 1));
        }
        if (uffd.continuePages(base + offset, pageBytes, 0).kind() == Outcome.Kind.ALREADY_MAPPED) {
            uffd.wake(base + offset, pageBytes);
        }
    }
}
