package dev.faultline.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.faultline.migration.MigrationMode;
import dev.faultline.simulation.sweep.PageKind;
import dev.faultline.simulation.sweep.SweepPoint;
import dev.faultline.simulation.sweep.SweepResult;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the sweep says is held against what can be said without it. */
@Timeout(120)
class SweepTest {
    private static final long GIB = 1L << 30;
    private static final long MILLI = 1_000_000;

    private static SweepResult run(MigrationMode mode, long ramBytes, int dirtyPercent, int simulatedPages)
            throws IOException {
        try (Simulation simulation = new Simulation()) {
            SweepResult result = simulation.sweep(
                    new SweepPoint(mode, ramBytes, PageKind.SMALL, dirtyPercent, 10, MILLI, 1, simulatedPages));
            assertThat(result.failure()).isEmpty();
            return result;
        }
    }

    @Test
    void anIdleGuestCostsItsMemoryOnce() throws IOException {
        for (MigrationMode mode : MigrationMode.values()) {
            SweepResult result = run(mode, GIB, 0, 512);
            assertThat(result.wireBytes()).as("%s", mode).isCloseTo(GIB, withPercentage(5));
            // 1 GiB at 1.25 GB/s
            assertThat(result.totalNanos()).as("%s", mode).isBetween(859 * MILLI, 1_200 * MILLI);
            assertThat(result.downtimeNanos()).as("%s", mode).isBetween(7 * MILLI, 60 * MILLI);
        }
    }

    /** Or a little more: of the push a whole page is on its way at least, and one page of a scaled guest is a long time. */
    @Test
    void aScaledGuestCostsWhatAWholeOneDoes() throws IOException {
        for (MigrationMode mode : MigrationMode.values()) {
            SweepResult whole = run(mode, 4 * GIB, 25, 2048);
            SweepResult scaled = run(mode, 4 * GIB, 25, 512);
            assertThat(scaled.wireBytes()).as("%s", mode).isCloseTo(whole.wireBytes(), withPercentage(5));
            assertThat(scaled.totalNanos()).as("%s", mode).isCloseTo(whole.totalNanos(), withPercentage(8));
        }
    }

    @Test
    void aGuestThatWritesFasterThanTheLinkNeverConvergesByPrecopy() throws IOException {
        SweepResult precopy = run(MigrationMode.PRECOPY, GIB, 200, 512);
        SweepResult hybrid = run(MigrationMode.HYBRID, GIB, 200, 512);
        assertThat(precopy.wireBytes()).isGreaterThan(5 * GIB);
        assertThat(precopy.downtimeNanos()).isGreaterThan(300 * MILLI);
        assertThat(hybrid.downtimeNanos()).isLessThan(60 * MILLI);
        assertThat(hybrid.faults()).isPositive();
    }

    /** Its destination takes 36 s to let go of the memory, and was given up after 15 s without a sign of life. */
    @Test
    void aTebibyteOfSmallPagesArrives() throws IOException {
        SweepResult result = run(MigrationMode.POSTCOPY, 1024 * GIB, 0, 256);
        assertThat(result.totalNanos()).isGreaterThan(880_000 * MILLI);
    }
}
