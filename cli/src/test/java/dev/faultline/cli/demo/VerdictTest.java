package dev.faultline.cli.demo;

import static dev.faultline.cli.demo.DemoFixture.report;
import static dev.faultline.cli.demo.DemoFixture.statistics;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.migration.AuditReport;
import dev.faultline.migration.guest.GuestState;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final GuestReport LEFT = report(GuestState.RELINQUISHED, statistics(10, 1000, 100, 0));
    private static final GuestReport ARRIVED = report(GuestState.RUNNING, statistics(10, 1000, 100, 0));
    private static final GuestReport LAST = report(GuestState.RUNNING, statistics(30, 4000, 300, 0));

    @Test
    void aGuestThatRanOnBothSidesAndFoundNothingWrongIsGood() {
        assertThat(Verdict.of(DemoFixture.good()).problems()).isEmpty();
    }

    @Test
    void aWrongPageIsNotGood() {
        GuestReport wrong = report(GuestState.RUNNING, statistics(30, 4000, 300, 2));
        assertBad(LEFT, ARRIVED, wrong, true, Optional.empty(), "found 2 wrong pages: vCPU 0 found page 0x1000");
    }

    @Test
    void aGuestThatStandsStillIsNotGood() {
        assertBad(LEFT, ARRIVED, ARRIVED, true, Optional.empty(), "no sign of life on the destination");
        GuestReport still = report(GuestState.RELINQUISHED, statistics(0, 0, 0, 0));
        assertBad(still, ARRIVED, LAST, true, Optional.empty(), "no sign of life on the source");
    }

    @Test
    void aGuestThatArrivesOlderThanItLeftIsNotGood() {
        GuestReport older = report(GuestState.RUNNING, statistics(9, 900, 100, 0));
        assertBad(LEFT, older, LAST, true, Optional.empty(), "went back in time");
    }

    @Test
    void aSourceThatKeepsTheGuestIsNotGood() {
        assertBad(ARRIVED, ARRIVED, LAST, true, Optional.empty(), "did not give the guest up");
    }

    @Test
    void pagesThatWereNotCheckedAreNotGood() {
        assertBad(LEFT, ARRIVED, LAST, false, Optional.empty(), "did not get through all of its pages");
    }

    @Test
    void bytesThatDifferAreNotGood() {
        Optional<Comparison> comparison = Optional.of(new Comparison(4096, 3, 4096, 4096));
        assertBad(LEFT, ARRIVED, LAST, true, comparison, "3 of 4,096 bytes differ");
    }

    @Test
    void pagesThatTheAuditFoundWrongAreNotGood() {
        AuditReport audit = DemoFixture.audit(1, "ram page 5 at 0x5000 (sent by the push)");
        Verdict verdict = Verdict.of(DemoFixture.result(LEFT, ARRIVED, LAST, true, Optional.empty(), audit));
        assertThat(verdict.problem())
                .isEqualTo("the audit found that 1 of 16384 pages did not arrive as they are at the source:"
                        + " ram page 5 at 0x5000 (sent by the push)");
    }

    private static void assertBad(
            GuestReport left,
            GuestReport arrived,
            GuestReport last,
            boolean checked,
            Optional<Comparison> comparison,
            String said) {
        Verdict verdict = Verdict.of(DemoFixture.result(left, arrived, last, checked, comparison));
        assertThat(verdict.isGood()).isFalse();
        assertThat(verdict.problem()).contains(said);
    }
}
