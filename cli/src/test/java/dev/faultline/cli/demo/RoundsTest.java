package dev.faultline.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.control.GuestStatistics;
import dev.faultline.guest.kvm.control.VcpuProgress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoundsTest {
    /** Each vCPU has 16 hot pages and 8 cold ones. */
    private final Rounds rounds = new Rounds(DemoFixture.description(2), at(100, 40, 200, 50));

    @Test
    void isDoneWhenEachVcpuHasVisitedAllOfItsPages() {
        assertThat(rounds.part(at(124, 48, 224, 58))).isEqualTo(1);
    }

    @Test
    void theSlowestVcpuCounts() {
        assertThat(rounds.part(at(1000, 400, 212, 54))).isEqualTo(0.5);
    }

    @Test
    void hotPagesDoNotStandInForColdOnes() {
        assertThat(rounds.part(at(1000, 42, 1000, 400))).isEqualTo(0.25);
        assertThat(rounds.part(at(112, 48, 1000, 400))).isEqualTo(0.25);
    }

    private static GuestStatistics at(long verified0, long cold0, long verified1, long cold1) {
        return new GuestStatistics(
                1,
                verified0 + verified1,
                0,
                0,
                cold0 + cold1,
                0,
                Optional.empty(),
                0,
                0,
                Optional.empty(),
                List.of(new VcpuProgress(verified0, cold0), new VcpuProgress(verified1, cold1)));
    }
}
