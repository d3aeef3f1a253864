package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.TcpLink;
import dev.faultline.migration.wire.FrameChannel;
import dev.faultline.migration.wire.Pipe;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What counts as dirty at the pause. The guest stands still: only the acknowledgements matter. */
@Timeout(30)
@RequiresUffd(KernelFeature.WP_ASYNC)
class RoundSenderTest {
    private static final int PAGES = 256;
    /** On each of two connections: two of zeros, one that asks for the acknowledgement. */
    private static final long FRAMES = 3;

    private interface Steps {
        void run(RoundSender rounds, Ledgers ledgers, FinalMap map) throws Exception;
    }

    private record Ledgers(PageSenders senders) {
        void applied(long frames) throws IOException {
            applied(0, frames);
            applied(1, frames);
        }

        void applied(int connection, long frames) throws IOException {
            senders.ledger(connection).applied(frames);
        }
    }

    private boolean guestEnds;

    private int dirtyAfter(Steps steps) throws Exception {
        return dirtyAfter(_ -> {}, 0, steps);
    }

    private int dirtyAfter(Consumer<Gate> before, int dirtyAfterRound, Steps steps) throws Exception {
        try (TestGuest guest = new TestGuest(PAGES * 4096L, PageSize.SIZE_4K, 1, 0, false);
                SourceMemory memory = new SourceMemory(guest);
                Pipe pipe = new Pipe();
                Pipe second = new Pipe()) {
            SourceCounters counters = new SourceCounters();
            FinalMap map = new FinalMap(LocalHost.INSTANCE);
            WriteTracker tracker = new WriteTracker(LocalHost.INSTANCE, guest);
            Gate gate = new Gate(LocalHost.INSTANCE, new Pace(0));
            PageSenders senders = new PageSenders(
                    LocalHost.INSTANCE,
                    List.of(new FrameChannel(new TcpLink(pipe.near)), new FrameChannel(new TcpLink(second.near))),
                    memory,
                    counters,
                    gate,
                    gate);
            RoundSender rounds =
                    new RoundSender(LocalHost.INSTANCE, memory, tracker, senders, counters, gate, TestSwitch.NONE);
            tracker.start();
            before.accept(gate);
            assertThat(rounds.sendRound(0).dirtyPages()).isEqualTo(dirtyAfterRound);
            steps.run(rounds, new Ledgers(senders), map);
            if (guestEnds) {
                GuestRegion region = guest.regions().getFirst();
                guest.uffd(region).unregister(region.guestAddress(), PAGES * 4096L); // as with its process
            }
            int dirtyPages = map.await().all().getFirst().size();
            tracker.stop();
            return dirtyPages;
        }
    }

    /** The destination drops what comes after PREPARE, and acknowledges that too. */
    @Test
    void whatIsAcknowledgedAfterTheRoundsWereClosedIsDirtyAllTheSame() throws Exception {
        assertThat(dirtyAfter((rounds, ledgers, map) -> {
                    rounds.closeRounds();
                    ledgers.applied(FRAMES);
                    map.open(rounds.lastScan());
                }))
                .isEqualTo(PAGES);
    }

    @Test
    void whatWasAcknowledgedBeforeIsClean() throws Exception {
        assertThat(dirtyAfter((rounds, ledgers, map) -> {
                    ledgers.applied(FRAMES);
                    rounds.closeRounds();
                    map.open(rounds.lastScan());
                }))
                .isZero();
    }

    @Test
    void whatCannotBeLookedAtAnyMoreIsDirty() throws Exception {
        guestEnds = true;
        assertThat(dirtyAfter((rounds, ledgers, map) -> {
                    ledgers.applied(FRAMES);
                    rounds.closeRounds();
                    map.open(rounds.lastScan());
                }))
                .isEqualTo(PAGES);
    }

    @Test
    void whatOneOfTheConnectionsHasNotAcknowledgedIsDirty() throws Exception {
        assertThat(dirtyAfter((rounds, ledgers, map) -> {
                    ledgers.applied(0, FRAMES);
                    rounds.closeRounds();
                    map.open(rounds.lastScan());
                }))
                .isEqualTo(PAGES / 2);
    }

    @Test
    void copyingTheRestEndsWhenAllOfItIsAcknowledgedAndLeavesNothingDirty() throws Exception {
        assertThat(dirtyAfter((rounds, ledgers, map) -> {
                    Thread copy = copyRest(rounds, map);
                    assertThat(copy.join(Duration.ofMillis(100))).isFalse();
                    ledgers.applied(0, FRAMES + 1);
                    assertThat(copy.join(Duration.ofMillis(100))).isFalse();
                    ledgers.applied(1, FRAMES + 1);
                    assertThat(copy.join(Duration.ofSeconds(10))).isTrue();
                }))
                .isZero();
    }

    @Test
    void whatARoundThatWasCutShortHasNotSentStaysDirty() throws Exception {
        assertThat(dirtyAfter(Gate::cutShort, PAGES, (rounds, ledgers, map) -> {
                    ledgers.applied(1); // the frame that asks for the acknowledgement
                    rounds.closeRounds();
                    map.open(rounds.lastScan());
                }))
                .isEqualTo(PAGES);
    }

    @Test
    void preCopyCopiesWhatACutRoundLeft() throws Exception {
        assertThat(dirtyAfter(Gate::cutShort, PAGES, (rounds, ledgers, map) -> {
                    Thread copy = copyRest(rounds, map);
                    assertThat(copy.join(Duration.ofMillis(100))).isFalse();
                    ledgers.applied(1 + FRAMES);
                    assertThat(copy.join(Duration.ofSeconds(10))).isTrue();
                }))
                .isZero();
    }

    private static Thread copyRest(RoundSender rounds, FinalMap map) {
        return Thread.ofPlatform().start(() -> {
            try {
                map.open(rounds.copyRest());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
