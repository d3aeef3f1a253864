package dev.faultline.uffd.os;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.NativeThread;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for descriptors, with eventfds to wait for. */
@Timeout(60)
class PollerTest {
    private static final int SIGUSR1 = 10;
    private static final long LONG_NANOS = Duration.ofSeconds(30).toNanos();

    private final EventFd first = new EventFd();
    private final EventFd second = new EventFd();

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Test
    void tellsWhichDescriptorIsReady() {
        try (Poller poller = new Poller(first.fd(), second.fd())) {
            second.signal();
            assertThat(poller.await(LONG_NANOS)).isTrue();
            assertThat(poller.isReady(0)).isFalse();
            assertThat(poller.isReady(1)).isTrue();

            second.drain();
            first.signal();
            assertThat(poller.await(-1)).isTrue();
            assertThat(poller.isReady(0)).isTrue();
            assertThat(poller.isReady(1)).isFalse();
        }
    }

    @Test
    void aWaitEndsWithoutResultWhenItsTimeIsUp() {
        try (Poller poller = new Poller(first.fd())) {
            first.signal();
            poller.await(0);
            first.drain();

            long begin = System.nanoTime();
            assertThat(poller.await(50_000_000)).isFalse();
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(50_000_000);
            assertThat(poller.isReady(0)).isFalse();
        }
    }

    @Test
    void oneDrainTakesManySignals() {
        first.signal();
        first.signal();
        assertThat(Poller.awaitReadable(first.fd(), 0)).isTrue();
        first.drain();
        assertThat(Poller.awaitReadable(first.fd(), 0)).isFalse();
        first.drain();
    }

    @Test
    void anotherThreadEndsAnEndlessWait() {
        try (NativeThread thread = new NativeThread()) {
            CompletableFuture<Boolean> waiting = thread.run(() -> Poller.awaitReadable(first.fd(), -1));
            assertThat(NativeThread.isStuck(waiting)).isTrue();
            first.signal();
            assertThat(NativeThread.await(waiting)).isTrue();
        }
    }

    /** A caller that takes "nothing came" for "the time is up" would give a live peer up. */
    @Test
    void aSignalToTheThreadDoesNotShortenItsWait() {
        NativeMemory.ignoreButInterrupt(SIGUSR1);
        try (NativeThread thread = new NativeThread()) {
            int threadId = thread.id();
            CompletableFuture<Boolean> waiting = thread.run(() -> Poller.awaitReadable(first.fd(), LONG_NANOS));
            assertThat(NativeThread.isStuck(waiting)).isTrue();
            assertThat(LibC.tgkill(LibC.getpid(), threadId, SIGUSR1)).isZero();
            assertThat(NativeThread.isStuck(waiting)).isTrue();
            first.signal();
            assertThat(NativeThread.await(waiting)).isTrue();
        }
    }
}
