package dev.faultline.migration.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.page.HeldBytes;
import dev.faultline.migration.page.PageHashes;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import org.junit.jupiter.api.Test;

/** What the destination remembers of each page. */
@RequiresUffd(KernelFeature.WP_ASYNC)
class DestinationStateTest {
    private static final int PAGES = 64 << 10;
    /** How many of each 64 pages are mapped. */
    private static final double COUNTED = 4.0 / 64;

    private static final double MOST_BYTES_PER_PAGE = 2;

    @Test
    void eachPageTakesAByteAndASixteenthAndABitWhenItIsAskedFor() throws Exception {
        try (TestGuest guest = new TestGuest(PAGES * 4096L, PageSize.SIZE_4K, 1, 0, true);
                DestinationMemory memory = new DestinationMemory(guest, Journal.unkept())) {
            double states = (double) (HeldBytes.of(memory) - HeldBytes.of(guest)) / PAGES;
            double afterACut = (double) (HeldBytes.of(memory, memory.missing()) - HeldBytes.of(guest)) / PAGES;
            assertThat(states).isCloseTo(1 + COUNTED, within(0.001));
            assertThat(afterACut).isCloseTo(1.125 + COUNTED, within(0.001)).isLessThanOrEqualTo(MOST_BYTES_PER_PAGE);
            assertThat(memory.stateBytes()).isEqualTo(PAGES);
        }
    }

    @Test
    void hashesAreCountedApart() throws Exception {
        try (TestGuest guest = new TestGuest(PAGES * 4096L, PageSize.SIZE_4K, 1, 0, true);
                DestinationMemory memory = new DestinationMemory(guest, Journal.unkept())) {
            memory.keepHashes(Journal.unkept());
            assertThat(memory.stateBytes()).isEqualTo(PAGES);
            assertThat(memory.hashBytes()).isEqualTo(PageHashes.sizeBytes(PAGES));
        }
    }
}
