package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageBits;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SendLedgerTest {
    private final SendLedger ledger = new SendLedger(LocalHost.INSTANCE);
    private final List<PageBits> dirty = List.of(new PageBits(100_000), new PageBits(100));

    @Test
    void whatWasSentAfterTheLastAcknowledgedFrameIsUnacknowledged() throws IOException {
        ledger.sending(0, 0, 10);
        ledger.sending(1, 5, 1);
        ledger.sending(0, 50, 3);
        ledger.applied(2);
        ledger.addUnacknowledged(dirty);
        assertThat(dirty.get(0).size()).isEqualTo(3);
        assertThat(dirty.get(0).next(0)).isEqualTo(50);
        assertThat(dirty.get(1).size()).isZero();
    }

    @Test
    void whatIsAcknowledgedWhenTheRoundsAreClosedMayHaveBeenDropped() throws IOException {
        long first = ledger.sending(0, 0, 10);
        long second = ledger.sending(0, 20, 10);
        assertThat(ledger.tookEffect(first)).isFalse();
        ledger.applied(1);
        assertThat(ledger.tookEffect(first)).isTrue();
        ledger.addUnacknowledged(dirty);
        ledger.applied(2);
        assertThat(ledger.tookEffect(first)).isTrue();
        assertThat(ledger.tookEffect(second)).isFalse();
    }

    @Test
    void theRingKeepsWhatIsStillUnacknowledgedWhenItTurns() throws IOException {
        for (int i = 0; i < SendLedger.WINDOW_FRAMES; i++) {
            ledger.sending(0, i, 1);
        }
        ledger.applied(10);
        for (int i = 0; i < 10; i++) {
            ledger.sending(0, 50_000 + i, 1);
        }
        ledger.addUnacknowledged(dirty);
        assertThat(dirty.get(0).size()).isEqualTo(SendLedger.WINDOW_FRAMES);
        assertThat(dirty.get(0).next(0)).isEqualTo(10);
        assertThat(dirty.get(0).next(SendLedger.WINDOW_FRAMES)).isEqualTo(50_000);
    }

    @Test
    void aFullWindowHoldsTheSenderUntilSomethingIsAcknowledged() throws Exception {
        for (int i = 0; i < SendLedger.WINDOW_FRAMES; i++) {
            ledger.sending(0, i, 1);
        }
        CompletableFuture<Void> next = run(() -> ledger.sending(0, 0, 1));
        Thread.sleep(100);
        assertThat(next).isNotDone();
        ledger.applied(1);
        next.get(10, TimeUnit.SECONDS);
    }

    @Test
    void everythingIsAppliedWithTheLastFrame() throws Exception {
        ledger.sending(0, 0, 1);
        ledger.sending(0, 1, 1);
        ledger.applied(1);
        CompletableFuture<Void> all = run(ledger::awaitApplied);
        Thread.sleep(100);
        assertThat(all).isNotDone();
        ledger.applied(2);
        all.get(10, TimeUnit.SECONDS);
    }

    @Test
    void breakingOffWakesWhoWaits() throws Exception {
        ledger.sending(0, 0, 1);
        CompletableFuture<Void> all = run(ledger::awaitApplied);
        Thread.sleep(50);
        ledger.breakOff();
        assertThatThrownBy(all::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("the pages connection has broken");
        assertThatThrownBy(() -> ledger.sending(0, 0, 1)).isInstanceOf(IOException.class);
    }

    @Test
    void acknowledgementsOfTheFutureAndThePastAreRefused() throws IOException {
        ledger.sending(0, 0, 1);
        ledger.sending(0, 1, 1);
        ledger.applied(1);
        assertThatThrownBy(() -> ledger.applied(3)).hasMessage("the destination acknowledges frame 3 of 2 after 1");
        assertThatThrownBy(() -> ledger.applied(0)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ledger.applied(Long.MIN_VALUE)).isInstanceOf(IOException.class);
    }

    private interface Step {
        void run() throws IOException;
    }

    private static CompletableFuture<Void> run(Step step) {
        return CompletableFuture.runAsync(() -> {
            try {
                step.run();
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }
}
