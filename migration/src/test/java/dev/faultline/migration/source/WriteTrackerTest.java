package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.engine.TestGuest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.page.PageBits;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A copy that follows a writing guest by what the scans report alone. */
@Timeout(60)
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.WP_HUGETLBFS_SHMEM})
class WriteTrackerTest {
    /** Longer than what is protected in one call. */
    private static final long MEMORY_BYTES = 288L << 20;

    private static final int HUGE_PAGES = 16;
    private static final int HOT_BLOCKS = 1000;
    private static final long PASSES = 5;
    private static final long COMPARED_BYTES = 4 << 20;

    @Test
    void noWriteIsMissed() throws InterruptedException {
        followsAWritingGuest(PageSize.SIZE_4K, MEMORY_BYTES);
    }

    @Test
    @RequiresHugePages(HUGE_PAGES)
    void noWriteToHugePagesIsMissed() throws InterruptedException {
        followsAWritingGuest(PageSize.SIZE_2M, HUGE_PAGES * PageSize.SIZE_2M.bytes());
    }

    /** As of a big guest, whose ranges are scanned by several threads. */
    @Test
    void noWriteIsMissedByTwoThreads() throws InterruptedException {
        followsAWritingGuest(PageSize.SIZE_4K, MEMORY_BYTES, 2);
    }

    private static void followsAWritingGuest(PageSize pageSize, long memoryBytes) throws InterruptedException {
        followsAWritingGuest(pageSize, memoryBytes, 1);
    }

    private static void followsAWritingGuest(PageSize pageSize, long memoryBytes, int threads)
            throws InterruptedException {
        try (Arena arena = Arena.ofConfined();
                TestGuest guest = new TestGuest(memoryBytes, pageSize, HOT_BLOCKS, 0, false)) {
            GuestRegion region = guest.regions().getFirst();
            MemorySegment copy = arena.allocate(memoryBytes);
            WriteTracker tracker = new WriteTracker(
                    LocalHost.INSTANCE, guest, Ranges.of(LocalHost.INSTANCE, guest.regions(), threads));
            tracker.start();
            assertThat(tracker.isTracking()).isTrue();
            guest.resume(); // its first pass makes its pages: they were protected before they were there
            guest.file().read(0, copy);
            long reported = 0;
            while (reported < PASSES * Math.min(HOT_BLOCKS, region.pageCount())) {
                reported += copyWritten(tracker, region, copy);
                Thread.sleep(1);
            }
            guest.pause();
            copyWritten(tracker, region, copy);
            MemorySegment now = arena.allocate(COMPARED_BYTES);
            for (long offset = 0; offset < memoryBytes; offset += COMPARED_BYTES) {
                guest.file().read(offset, now);
                assertThat(copy.asSlice(offset, COMPARED_BYTES).mismatch(now))
                        .as("first difference after %d", offset)
                        .isEqualTo(-1);
            }
            assertThat(copyWritten(tracker, region, copy))
                    .as("pages written while paused")
                    .isZero();
            tracker.stop();
        }
    }

    /** A page is copied after it was protected again. */
    private static int copyWritten(WriteTracker tracker, GuestRegion region, MemorySegment copy) {
        List<PageBits> written = List.of(new PageBits(region.pageCount()));
        tracker.takeWritten(written);
        PageBits bits = written.getFirst();
        int shift = region.pageShift();
        for (int page = bits.next(0); page < bits.pageCount(); page = bits.next(page + 1)) {
            region.file().read((long) page << shift, copy.asSlice((long) page << shift, 1L << shift));
        }
        return bits.size();
    }

    /** Else the second round would send all that the first has sent. */
    @Test
    void whatWasWrittenBeforeTheStartIsNotReported() throws InterruptedException {
        try (TestGuest guest = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false)) {
            guest.resume();
            while (guest.file().allocatedBytes() < HOT_BLOCKS * PageSize.SIZE_4K.bytes()) {
                Thread.sleep(1);
            }
            guest.pause();
            GuestRegion region = guest.regions().getFirst();
            List<PageBits> written = List.of(new PageBits(region.pageCount()));
            WriteTracker tracker = new WriteTracker(LocalHost.INSTANCE, guest);
            tracker.start();
            tracker.takeWritten(written);
            assertThat(written.getFirst().size()).isZero();
            tracker.stop();
        }
    }

    /** A migration that fails at once must not begin to track a guest that nobody moves any more. */
    @Test
    void whatIsStoppedBeforeItStartsNeverStarts() {
        try (TestGuest guest = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false)) {
            List<PageBits> written =
                    List.of(new PageBits(guest.regions().getFirst().pageCount()));
            WriteTracker tracker = new WriteTracker(LocalHost.INSTANCE, guest);
            tracker.stop();
            tracker.start();
            assertThat(tracker.isTracking()).isFalse();
            assertThatThrownBy(() -> tracker.takeWritten(written)).isInstanceOf(LinuxException.class);
        }
    }

    @Test
    void afterStopNothingIsTrackedAndTheGuestGoesOn() throws Exception {
        try (TestGuest guest = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false)) {
            GuestRegion region = guest.regions().getFirst();
            List<PageBits> written = List.of(new PageBits(region.pageCount()));
            WriteTracker tracker = new WriteTracker(LocalHost.INSTANCE, guest);
            tracker.start();
            tracker.takeWritten(written);
            tracker.stop();
            assertThat(tracker.isTracking()).isFalse();
            assertThatThrownBy(() -> tracker.takeWritten(written))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EPERM");
            // The last slice too: a page of it can be registered by another userfaultfd, which a registered one cannot.
            try (TestGuest other = new TestGuest(4096, PageSize.SIZE_4K, 1, 0, false)) {
                long last = region.guestAddress() + region.lengthBytes() - PageSize.SIZE_4K.bytes();
                other.uffd(region).register(last, PageSize.SIZE_4K.bytes(), EnumSet.of(RegisterMode.WRITE_PROTECT));
                other.uffd(region).unregister(last, PageSize.SIZE_4K.bytes());
            }
            byte[] before = guest.saveDeviceState();
            guest.resume();
            while (Arrays.equals(before, guest.saveDeviceState())) {
                Thread.sleep(1);
            }
            tracker.stop();
        }
    }
}
