package dev.faultline.migration.destination;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A guest whose memory is registered, with threads that touch it, and the states of its pages for a test to set. */
final class ArmedGuest implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    final TestGuest guest;
    final GuestRegion region;
    final DestinationMemory memory;
    final FaultShards shards;
    final WaitingFaults waiting;
    final FaultStatistics statistics = new FaultStatistics();
    final PageMapper mapper;
    private final List<CompletableFuture<Long>> touching = new ArrayList<>();

    ArmedGuest(int pages, PageSize pageSize) {
        this(1, pages, pageSize);
    }

    /** Makes one of several regions, each with a userfaultfd of its own. */
    ArmedGuest(int regions, int pages, PageSize pageSize) {
        guest = new TestGuest(regions, (long) regions * pages * pageSize.bytes(), pageSize, 1, 0, true);
        region = guest.regions().getFirst();
        memory = new DestinationMemory(guest, Journal.unkept());
        memory.arm();
        shards = FaultShards.of(guest);
        waiting = shards.of(0).waiting();
        mapper = new PageMapper(LocalHost.INSTANCE, shards, memory, statistics);
    }

    Uffd uffd() {
        return guest.uffd(region);
    }

    long address(int page) {
        return address(0, page);
    }

    private long address(int index, int page) {
        return guest.regions().get(index).guestAddress() + ((long) page << region.pageShift());
    }

    /** Writes through the alias what a frame would bring. */
    void fill(int page, long content) {
        fill(0, page, content);
    }

    private void fill(int index, int page, long content) {
        memory.alias(index).segment().set(JAVA_LONG, (long) page << region.pageShift(), content);
    }

    /** Makes a page RECEIVED, with that content. */
    void receive(int page, long content) {
        memory.states(0).claim(page, false);
        fill(page, content);
        memory.states(0).finish(page, false, false);
    }

    /** Makes a page CURRENT, with that content. */
    void makeCurrent(int page, long content) {
        makeCurrent(0, page, content);
    }

    void makeCurrent(int index, int page, long content) {
        memory.states(index).claim(page, true);
        fill(index, page, content);
        memory.states(index).finish(page, true, false);
    }

    void makeCurrentZero(int page) {
        memory.states(0).claim(page, true);
        memory.states(0).finish(page, true, true);
    }

    /** Reads a page's first word, on a thread that may have to wait for it. */
    CompletableFuture<Long> touch(int page) {
        return touch(0, page);
    }

    CompletableFuture<Long> touch(int index, int page) {
        return onThread(address(index, page), 0, false);
    }

    /** Writes a page's first word and reads it again. */
    CompletableFuture<Long> write(int page, long content) {
        return onThread(address(page), content, true);
    }

    private CompletableFuture<Long> onThread(long address, long content, boolean write) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        touching.add(result);
        Thread.ofPlatform().daemon().name("touch").start(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment word = arena.allocate(JAVA_LONG);
                word.set(JAVA_LONG, 0, content);
                if (write) {
                    NativeMemory.copy(address, word.address(), Long.BYTES);
                }
                NativeMemory.copy(word.address(), address, Long.BYTES);
                result.complete(word.get(JAVA_LONG, 0));
            }
        });
        return result;
    }

    static long get(CompletableFuture<Long> touch) throws Exception {
        return touch.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits until that many threads wait for pages, whether their faults were read or not. */
    void awaitFaults(int count) throws InterruptedException {
        while (uffd().backlog().unresolved() < count) {
            Thread.sleep(1);
        }
        assertThat(uffd().backlog().unresolved()).isEqualTo(count);
    }

    @Override
    public void close() {
        memory.disarm(); // lets every thread go that still waits
        // Not before it has touched its page: without the mapping, that would be the end of this process.
        CompletableFuture.allOf(touching.toArray(CompletableFuture<?>[]::new))
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        memory.close();
        guest.close();
    }
}
