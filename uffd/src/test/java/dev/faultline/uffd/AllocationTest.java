package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A handler that allocates will one day wait for a garbage collection while its guest waits for it. */
@RequiresUffd
@Timeout(300)
class AllocationTest {
    private static final int ROUNDS = 5_000;
    /** What is called for the first time allocates, and is bound to what it calls; to be compiled it need not wait. */
    private static final int MOST_WARM_UPS = 5;

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final FaultFixture at =
            new FaultFixture(PageSize.SIZE_4K, 1, FaultFixture.MISSING_AND_MINOR, UffdFeature.MINOR_SHMEM);
    private final long address = at.memory.page(0);
    private final long pageBytes = at.memory.pageBytes();
    private volatile boolean stopped;

    @AfterEach
    void release() {
        at.close();
    }

    @Test
    void servingFaultsAllocatesNothing() {
        at.memory.fill(0);
        CompletableFuture<Boolean> toucher = at.thread.run(this::touchAgainAndAgain);
        try (UffdWaiter waiter = at.uffd.newWaiter()) {
            long allocated = allocatedBy(waiter);
            for (int warmUp = 0; warmUp < MOST_WARM_UPS && allocated != 0; warmUp++) {
                allocated = allocatedBy(waiter);
            }
            assertThat(allocated).as("bytes allocated").isZero();
        } finally {
            stopped = true;
            at.uffd.unregister(address, pageBytes);
        }
        assertThat(await(toucher)).isTrue();
    }

    private long allocatedBy(UffdWaiter waiter) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        int unexpected = serve(waiter);
        long after = THREADS.getCurrentThreadAllocatedBytes();
        assertThat(unexpected).as("faults with another outcome").isZero();
        return after - before;
    }

    private int serve(UffdWaiter waiter) {
        int unexpected = 0;
        for (int round = 0; round < ROUNDS; ) {
            if (!waiter.await(PATIENCE_NANOS)) {
                return unexpected + 1;
            }
            int count = at.uffd.read(at.batch);
            for (int i = 0; i < count; i++) {
                Outcome outcome = at.uffd.continuePages(at.batch.address(i), pageBytes, Uffd.DONT_WAKE);
                unexpected += at.batch.isMinor(i) && outcome.isDone() ? 0 : 1;
                at.uffd.wake(at.batch.address(i), pageBytes);
            }
            round += count;
        }
        return unexpected;
    }

    private boolean touchAgainAndAgain() {
        try (Arena arena = Arena.ofConfined()) {
            long target = arena.allocate(8).address();
            while (!stopped) {
                NativeMemory.copy(target, address, 8);
                at.memory.unmapFromGuest(0, 1);
            }
        }
        return true;
    }
}
