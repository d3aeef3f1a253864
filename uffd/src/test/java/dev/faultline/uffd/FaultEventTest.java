package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Poller;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an event tells, and what a read takes. */
@RequiresUffd
@Timeout(120)
class FaultEventTest {

    @Test
    void theThreadAndTheExactByteAreToldWhenAskedFor() {
        try (FaultFixture at = minor(2, UffdFeature.THREAD_ID, UffdFeature.EXACT_ADDRESS)) {
            at.memory.fill(1);
            int threadId = at.thread.id();
            CompletableFuture<byte[]> load = at.thread.load(at.memory.page(1) + 123, 1);
            at.awaitFaults();
            assertThat(at.batch.address(0)).isEqualTo(at.memory.page(1) + 123);
            assertThat(at.batch.threadId(0)).isEqualTo(threadId);
            at.continuePages(1, 1);
            await(load);
        }
    }

    @Test
    void nothingToReadIsZeroAndDoesNotWait() {
        try (FaultFixture at = minor(1)) {
            assertThat(at.uffd.read(at.batch)).isZero();
        }
    }

    @Test
    void aFaultThatWasAnsweredBeforeItWasReadIsNotReported() {
        try (FaultFixture at = minor(1)) {
            at.memory.fill(0);
            CompletableFuture<byte[]> load = at.thread.load(at.memory.page(0), 8);
            assertThat(Poller.awaitReadable(at.uffd.fd(), 30_000_000_000L)).isTrue();
            at.continuePages(0, 1);
            await(load);
            assertThat(at.uffd.read(at.batch)).isZero();
        }
    }

    @Test
    void oneReadTakesAllThatFitsAndTheNextTheRest() {
        try (FaultFixture at = minor(3);
                EventBatch two = new EventBatch(2);
                Touchers touchers = new Touchers(at.memory)) {
            at.memory.fillAll(0, 1, 2);
            touchers.touch(0, 1, 2);
            touchers.awaitAllBlocked(at.uffd);

            assertThat(at.uffd.read(two)).isEqualTo(2);
            assertThat(at.uffd.read(at.batch)).isEqualTo(1);

            assertThat(Set.of(two.address(0), two.address(1), at.batch.address(0)))
                    .containsExactlyInAnyOrder(at.memory.page(0), at.memory.page(1), at.memory.page(2));
            at.continuePages(0, 3);
            touchers.awaitAll();
        }
    }

    @Test
    void twoThreadsOnOnePageAreTwoEventsAndOneAnswer() {
        try (FaultFixture at = minor(1);
                Touchers touchers = new Touchers(at.memory)) {
            at.memory.fill(0);
            touchers.touch(0, 0);
            touchers.awaitAllBlocked(at.uffd);
            assertThat(at.uffd.read(at.batch)).isEqualTo(2);
            assertThat(at.continuePages(0, 1)).isEqualTo(Outcome.DONE);
            touchers.awaitAll();
        }
    }

    @Test
    void memoryThatAnotherUserfaultfdHasIsEbusy() {
        try (FaultFixture at = minor(1);
                LinuxUffd other = LinuxUffd.open(Set.of())) {
            assertThatThrownBy(() ->
                            other.register(at.memory.page(0), at.memory.pageBytes(), FaultFixture.MISSING_AND_MINOR))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("UFFDIO_REGISTER")
                    .hasMessageContaining("EBUSY");
        }
    }

    private static FaultFixture minor(int pages, UffdFeature... features) {
        return new FaultFixture(PageSize.SIZE_4K, pages, FaultFixture.MISSING_AND_MINOR, features);
    }

    /** A thread for each touch. */
    private static final class Touchers implements AutoCloseable {
        private final TestMemory memory;
        private final List<NativeThread> threads = new ArrayList<>();
        private final List<CompletableFuture<byte[]>> loads = new ArrayList<>();

        Touchers(TestMemory memory) {
            this.memory = memory;
        }

        void touch(int... pages) {
            for (int page : pages) {
                NativeThread thread = new NativeThread();
                threads.add(thread);
                loads.add(thread.load(memory.page(page), 8));
            }
        }

        void awaitAllBlocked(LinuxUffd uffd) {
            while (uffd.backlog().unread() < loads.size()) {
                Thread.onSpinWait();
            }
        }

        void awaitAll() {
            loads.forEach(NativeThread::await);
        }

        @Override
        public void close() {
            threads.forEach(NativeThread::close);
        }
    }
}
