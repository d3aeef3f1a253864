package dev.faultline.guest.kvm.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final VcpuArea AREA = new VcpuArea(0, 10, 0, 8);

    @Test
    void countsWhatTheGuestDoes() {
        long written = 0;
        for (long touches = 0; touches < 100; touches++) {
            Progress progress = new Progress(0, 4, 7, touches);
            assertThat(progress.pagesVerified(AREA)).isEqualTo(37 + touches);
            assertThat(progress.pagesWritten(AREA)).as("after %d", touches).isEqualTo(37 + written);
            assertThat(progress.passes()).isEqualTo(3);
            boolean filling = touches < AREA.coldPages();
            written += filling || touches % 2 == 0 ? 1 : 0;
        }
    }

    @Test
    void aTurnVisitsEveryColdPageOnceAndOddPagesAtOddTimes() {
        Set<Long> seen = new HashSet<>();
        for (long touches = 0; touches < 8; touches++) {
            long page = AREA.coldPage(touches) / Workload.PAGE_BYTES;
            assertThat(page % 2).isEqualTo(touches % 2);
            seen.add(page);
        }
        assertThat(seen).hasSize(8);
    }
}
