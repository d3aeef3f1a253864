package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.engine.TestGuest;
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
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What counts as dirty at the pause. The guest stands still: only the acknowledgements matter. */
@Timeout(30)
@RequiresUffd(KernelFeature.WP_ASYNC)
class RoundSenderTest {
    private static final int PAGES = 256;
    private static final long FRAMES = 2; // one of zeros, one that asks for the acknowledgement

    private interface Steps {
        void run(RoundSender rounds, SendLedger ledger, FinalMap map) throws Exception;
    }

    private boolean guestEnds;

    private int dirtyAfter(Steps steps) throws Exception {
        return dirtyAfter(_ -> {}, 0, steps);
    }

    private int dirtyAfter(Consumer<Gate> before, int dirtyAfterRound, Steps steps) throws Exception {
        try (TestGuest guest = new TestGuest(PAGES * 4096L, PageSize.SIZE_4K, 1, 0, false);
                SourceMemory memory = new SourceMemory(guest);
                Pipe pipe = new Pipe()) {
            SendLedger ledger = new SendLedger(LocalHost.INSTANCE);
            SourceCounters counters = new SourceCounters();
            FinalMap map = new FinalMap(LocalHost.INSTANCE);
            WriteTracker tracker = new WriteTracker(LocalHost.INSTANCE, guest);
            Gate gate = new Gate(LocalHost.INSTANCE, new Pace(0));
            PageSender sender = new PageSender(
                    new FrameChannel(new TcpLink(pipe.near)), memory.newReaders(), ledger, counters, gate, gate);
            RoundSender rounds = new RoundSender(
                    LocalHost.INSTANCE, memory, tracker, sender, ledger, counters, gate, TestSwitch.NONE);
            tracker.start();
            before.accept(gate);
            assertThat(rounds.sendRound(0).dirtyPages()).isEqualTo(dirtyAfterRound);
            steps.run(rounds, ledger, map);
            if (guestEnds) {
                guest.uffd()
                        .unregister(guest.regions().getFirst().guestAddress(), PAGES * 4096L); // as with its process
            }
            int dirtyPages = map.await().all().getFirst().size();
            tracker.stop();
            return dirtyPages;
        }
    }

    /** The destination drops what comes after PREPARE, and acknowledges that too. */
    @Test
    void whatIsAcknowledgedAfterTheRoundsWereClosedIsDirtyAllTheSame() throws Exception {
        assertThat(dirtyAfter((rounds, ledger, map) -> {
                    rounds.closeRounds();
                    ledger.applied(FRAMES);
                    map.open(rounds.lastScan());
                }))
                .isEqualTo(PAGES);
    }

    @Test
    void whatWasAcknowledgedBeforeIsClean() throws Exception {
        assertThat(dirtyAfter((rounds, ledger, map) -> {
                    ledger.applied(FRAMES);
                    rounds.closeRounds();
                    map.open(rounds.lastScan());
                }))
                .isZero();
    }

    @Test
    void whatCannotBeLookedAtAnyMoreIsDirty() throws Exception {
        guestEnds = true;
        assertThat(dirtyAfter((rounds, ledger, map) -> {
                    ledger.applied(FRAMES);
                    rounds.closeRounds();
                    map.open(rounds.lastScan());
                }))
                .isEqualTo(PAGES);
    }

    @Test
    void copyingTheRestEndsWhenAllOfItIsAcknowledgedAndLeavesNothingDirty() throws Exception {
        assertThat(dirtyAfter((rounds, ledger, map) -> {
                    Thread copy = copyRest(rounds, map);
                    assertThat(copy.join(Duration.ofMillis(100))).isFalse();
                    ledger.applied(FRAMES + 1);
                    assertThat(copy.join(Duration.ofSeconds(10))).isTrue();
                }))
                .isZero();
    }

    @Test
    void whatARoundThatWasCutShortHasNotSentStaysDirty() throws Exception {
        assertThat(dirtyAfter(Gate::cutShort, PAGES, (rounds, ledger, map) -> {
                    ledger.applied(1); // the frame that asks for the acknowledgement
                    rounds.closeRounds();
                    map.open(rounds.lastScan());
                }))
                .isEqualTo(PAGES);
    }

    @Test
    void preCopyCopiesWhatACutRoundLeft() throws Exception {
        assertThat(dirtyAfter(Gate::cutShort, PAGES, (rounds, ledger, map) -> {
                    Thread copy = copyRest(rounds, map);
                    assertThat(copy.join(Duration.ofMillis(100))).isFalse();
                    ledger.applied(1 + FRAMES);
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
