package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.Worker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EngineLoopTest {
    private static final int FRAMES = 100;
    private static final long A_WHILE = 10_000_000_000L;

    private final AtomicInteger read = new AtomicInteger();
    private final List<Integer> handled = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final EngineLoop loop = new EngineLoop(LocalHost.INSTANCE, failures::add, () -> {});

    private final AtomicReference<Thread> reading = new AtomicReference<>();

    private Worker reader() {
        return loop.start("reader", () -> {
            reading.set(Thread.currentThread());
            for (int i = 0; i < FRAMES; i++) {
                int number = i;
                loop.postFrame(() -> {
                    handled.add(number);
                    if (number == FRAMES - 1) {
                        loop.finish();
                    }
                });
                read.incrementAndGet();
            }
        });
    }

    private void awaitBlocked() throws InterruptedException {
        while (reading.get() == null || reading.get().getState() == Thread.State.RUNNABLE) {
            Thread.sleep(1);
        }
    }

    @Test
    void aPeerThatSendsFasterThanItIsHeardFillsItsConnectionAndNotTheMemory() throws Exception {
        Worker reader = reader();
        awaitBlocked();
        assertThat(read).hasValue(EngineLoop.MAX_PENDING_FRAMES);
        loop.run();
        assertThat(reader.join(A_WHILE)).isTrue();
        assertThat(handled).hasSize(FRAMES).isSorted();
        assertThat(failures).isEmpty();
    }

    @Test
    void aReaderThatWaitsForRoomEndsWithTheLoop() throws Exception {
        loop.post(loop::finish);
        Worker reader = reader();
        awaitBlocked();
        loop.run();
        assertThat(reader.join(A_WHILE)).isTrue();
        assertThat(read).hasValue(FRAMES);
        assertThat(handled).isEmpty();
    }

    @Test
    void aReasonIsTheSentenceAloneUnlessTheClassTellsMore() {
        assertThat(EngineLoop.reason(new IOException("the peer has gone"))).isEqualTo("the peer has gone");
        assertThat(EngineLoop.reason(new GuestException("it refuses"))).isEqualTo("it refuses");
        assertThat(EngineLoop.reason(new IllegalStateException("the guest process has gone")))
                .isEqualTo("the guest process has gone");
        assertThat(EngineLoop.reason(new IllegalArgumentException("3 bits are too few")))
                .isEqualTo("3 bits are too few");
        assertThat(EngineLoop.reason(new IndexOutOfBoundsException("7"))).contains("IndexOutOfBounds");
        assertThat(EngineLoop.reason(new IllegalStateException())).contains("IllegalState");
    }
}
