package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PushWindowTest {
    private static final long SECOND = 1_000_000_000L;

    private final PushWindow window = new PushWindow();

    private record Ack(long frame, long atNanos) {}

    /** A link of a rate and a delay, with a queue without an end, and a sender that sends whatever the window allows. */
    private final class Link {
        final double nanosPerByte;
        final long delayNanos;
        final Deque<Ack> acks = new ArrayDeque<>();
        long now;
        long freeAt;
        long frames;
        long sentBytes;
        long longestQueueNanos;

        Link(double bytesPerSecond, long delayNanos) {
            nanosPerByte = SECOND / bytesPerSecond;
            this.delayNanos = delayNanos;
        }

        void run(long untilNanos, long queueFromNanos) {
            while (now < untilNanos) {
                long bytes = Math.min(256 << 10, window.frameBytes());
                if (window.mayGo(bytes)) {
                    send(bytes, queueFromNanos);
                } else {
                    assertThat(acks).as("an acknowledgement is on its way").isNotEmpty();
                    Ack ack = acks.remove();
                    now = Math.max(now, ack.atNanos);
                    window.applied(ack.frame, now);
                }
            }
        }

        private void send(long bytes, long queueFromNanos) {
            frames++;
            sentBytes += bytes;
            boolean acknowledge = window.sending(frames, bytes, now);
            freeAt = Math.max(freeAt, now) + (long) (bytes * nanosPerByte);
            if (now >= queueFromNanos) {
                longestQueueNanos = Math.max(longestQueueNanos, freeAt - now);
            }
            if (acknowledge) {
                acks.add(new Ack(frames, freeAt + 2 * delayNanos));
            }
            now += 1000; // to read the pages
        }
    }

    @ParameterizedTest
    @CsvSource({
        "12500000,     100000",
        "125000000,     20000",
        "125000000,   1000000",
        "125000000,  25000000",
        "1250000000,    20000",
        "1250000000, 10000000",
    })
    void theLinkIsBusyAndItsQueueIsShort(double bytesPerSecond, long delayNanos) {
        Link link = new Link(bytesPerSecond, delayNanos);
        link.run(3 * SECOND, SECOND);
        assertThat(link.longestQueueNanos).isLessThan(2 * PushWindow.QUEUE_NANOS + 3 * delayNanos);
        assertThat(link.sentBytes).isGreaterThan((long) (0.8 * 3 * bytesPerSecond));
    }

    @Test
    void aLinkThatBecomesSlowerGetsAShortQueueAgain() {
        Link fast = new Link(1_250_000_000, 20_000);
        fast.run(SECOND, SECOND);
        Link slow = new Link(12_500_000, 20_000);
        slow.now = fast.now;
        slow.freeAt = fast.freeAt;
        slow.frames = fast.frames;
        slow.acks.addAll(fast.acks);
        slow.run(4 * SECOND, 3 * SECOND);
        assertThat(slow.longestQueueNanos).isLessThan(4 * PushWindow.QUEUE_NANOS);
    }

    @Test
    void littleToSendDoesNotMakeItSmall() {
        long before = window.frameBytes();
        long now = 0;
        for (long frame = 1; frame < 10_000; frame++) {
            if (window.sending(frame, 32, now)) {
                now += 100_000;
                window.applied(frame, now);
            }
            now += 1000;
        }
        assertThat(window.frameBytes()).isGreaterThanOrEqualTo(before);
    }

    @Test
    void somethingMayAlwaysGoWhenNothingIsOnItsWay() {
        assertThat(window.mayGo(1L << 40)).isTrue();
        assertThat(window.sending(1, 1L << 40, 0)).isTrue();
        assertThat(window.mayGo(1)).isFalse();
        window.applied(1, SECOND);
        assertThat(window.mayGo(1)).isTrue();
    }
}
