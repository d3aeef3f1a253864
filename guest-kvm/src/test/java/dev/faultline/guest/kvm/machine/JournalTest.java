package dev.faultline.guest.kvm.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.state.StateWriter;
import dev.faultline.guest.kvm.workload.Progress;
import dev.faultline.guest.kvm.workload.VcpuArea;
import org.junit.jupiter.api.Test;

class JournalTest {
    private static final VcpuArea AREA = new VcpuArea(0, 10, 0, 0);

    private final Journal journal = new Journal(0, AREA);

    @Test
    void tellsSilenceOfAPauseFromASlowGuest() {
        journal.heartbeat(Progress.START, 1_000);
        journal.heartbeat(Progress.START, 3_000);
        journal.paused();
        journal.heartbeat(Progress.START, 50_000);
        journal.heartbeat(Progress.START, 51_000);

        VcpuStats stats = journal.stats(null);
        assertThat(stats.longestGapMicros()).isEqualTo(2_000);
        assertThat(stats.pauseGapMicros()).isEqualTo(47_000);
    }

    @Test
    void measuresSilenceAcrossAMove() {
        journal.heartbeat(Progress.START, 1_000);
        journal.corruption(4096, 7, 1, 2);
        journal.corruption(8192, 8, 3, 4);
        StateWriter out = new StateWriter();
        journal.save(out);

        Journal moved = new Journal(0, AREA);
        moved.load(new StateReader(out.finish()));
        moved.heartbeat(Progress.START, 9_000);

        VcpuStats stats = moved.stats(null);
        assertThat(stats.pauseGapMicros()).isEqualTo(8_000);
        assertThat(stats.corruptions()).isEqualTo(2);
        assertThat(stats.firstCorruption()).isEqualTo(new Corruption(0, 4096, 7, 1, 2));
    }

    @Test
    void aClockThatWentBackMeansNoSilence() {
        journal.heartbeat(Progress.START, 9_000);
        journal.heartbeat(Progress.START, 2_000);
        assertThat(journal.stats(null).longestGapMicros()).isZero();
    }
}
