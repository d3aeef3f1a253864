package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A device that looks a page up, and writes to it after a scan has protected it again, is not seen by the next scan. So
 * the last two scans of a guest with such devices are made while nothing is under way.
 */
@Timeout(90)
class DrainPointTest {
    private static final int HOT_BLOCKS = 500;

    /** The last scan may come when the guest runs at the destination already. */
    private static boolean isStopped(GuestState state) {
        return state == GuestState.PAUSED || state == GuestState.RELINQUISHED;
    }

    private static List<GuestState> scans(MigrationMode mode, boolean writesPinnedPages) throws Exception {
        try (TestGuest source = new TestGuest(16L << 20, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
                TestGuest destination = new TestGuest(16L << 20, PageSize.SIZE_4K, HOT_BLOCKS, 0, true)) {
            source.writesPinnedPages = writesPinnedPages;
            source.resume();
            WholeMigrationTest.awaitVerified(source, 2L * HOT_BLOCKS);
            try (Migration migration = new Migration(source, destination, Migration.Plan.of(mode), _ -> {})) {
                migration.sent();
                migration.received();
            }
            WholeMigrationTest.awaitVerified(destination, source.verified.get() + 2L * HOT_BLOCKS);
            assertThat(source.corruption + destination.corruption).isEmpty();
            return List.copyOf(source.scans);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MigrationMode.class,
            names = {"PRECOPY", "HYBRID"})
    void theLastTwoScansOfAGuestWithSuchDevicesAreDrained(MigrationMode mode) throws Exception {
        List<GuestState> scans = scans(mode, true);
        assertThat(scans).hasSizeGreaterThan(2);
        assertThat(scans.subList(scans.size() - 2, scans.size())).allMatch(DrainPointTest::isStopped);
        assertThat(scans.subList(0, scans.size() - 2)).containsOnly(GuestState.RUNNING);
    }

    @ParameterizedTest
    @EnumSource(
            value = MigrationMode.class,
            names = {"PRECOPY", "HYBRID"})
    void otherGuestsArePausedOnce(MigrationMode mode) throws Exception {
        List<GuestState> scans = scans(mode, false);
        assertThat(scans).hasSizeGreaterThan(1);
        assertThat(scans.subList(0, scans.size() - 1)).containsOnly(GuestState.RUNNING);
        assertThat(scans.getLast()).matches(DrainPointTest::isStopped);
    }
}
