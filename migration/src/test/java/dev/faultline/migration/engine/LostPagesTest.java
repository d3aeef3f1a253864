package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.LostPagesReport;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnLostPages;
import dev.faultline.migration.destination.LostPages;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.page.PageBits;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The source breaks off in the middle of its push and never comes back. The guest stays paused: it would touch the rest. */
@Timeout(90)
class LostPagesTest {
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 16384;
    private static final int HOT_BLOCKS = 4000;
    private static final int PUSHED_FRAMES = 2000;
    private static final int STARTED = 10;
    private static final int EHWPOISON = 133;

    @TempDir
    private Path sourceDirectory;

    @TempDir
    private Path destinationDirectory;

    private final TestGuest source = new TestGuest((long) PAGES * PAGE_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
    private final TestGuest destination =
            new TestGuest((long) PAGES * PAGE_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true);

    @BeforeEach
    void breakOff() throws Exception {
        source.resume();
        WholeMigrationTest.awaitVerified(source, HOT_BLOCKS);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch known = new CountDownLatch(1);
        AtomicReference<Migration> running = new AtomicReference<>();
        int[] pushed = new int[1];
        try (Journal out = Journal.claim(sourceDirectory, "source", source);
                Journal in = Journal.claim(destinationDirectory, "destination", destination);
                Migration migration = new Migration(
                        source,
                        out,
                        destination,
                        in,
                        Migration.Plan.of(MigrationMode.POSTCOPY).startingPaused(),
                        frame -> {
                            if (!frame.fromSource() && frame.type() == STARTED) {
                                started.countDown();
                            }
                            if (frame.fromSource() && frame.role() == 1 && ++pushed[0] == PUSHED_FRAMES) {
                                started.await();
                                known.await();
                                running.get().relay.cut();
                            }
                        })) {
            running.set(migration);
            known.countDown();
            migration.sourceFailure();
            migration.destinationFailure();
        }
    }

    @AfterEach
    void end() {
        source.close();
        destination.close();
    }

    private LostPagesReport giveUp(OnLostPages policy) throws MigrationException {
        try (Journal journal = Journal.reopen(destinationDirectory, "destination")) {
            assertThat(journal.phase()).isEqualTo(Phase.RUNNING);
            return LostPages.giveUp(LocalHost.INSTANCE, destination, journal, policy);
        }
    }

    private static PageBits pagesIn(LostPagesReport report) {
        assertThat(report.moreRanges()).isZero();
        PageBits lost = new PageBits(PAGES);
        report.ranges()
                .forEach(range -> lost.add((int) range.firstPage(), (int) (range.lastPage() - range.firstPage() + 1)));
        return lost;
    }

    @Test
    void whatIsMissingIsPoisonedAndTheRestIsRight() throws Exception {
        LostPagesReport report = giveUp(OnLostPages.POISON);

        PageBits lost = pagesIn(report);
        assertThat(report.pages()).isEqualTo(lost.size()).isBetween(1L, PAGES - 1L);
        assertThat(report.regions())
                .containsExactly(new LostPagesReport.Region("ram", lost.size(), (long) lost.size() * PAGE_BYTES));
        assertThat(report.words())
                .contains(lost.size() + " pages (" + (long) lost.size() * PAGE_BYTES + " bytes) of ram are lost");
        long address = destination.regions().getFirst().guestAddress();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = arena.allocate(PAGE_BYTES, 8);
            MemorySegment found = arena.allocate(PAGE_BYTES, 8);
            for (int page = 0; page < PAGES; page++) {
                long offset = (long) page * PAGE_BYTES;
                long touched = LibC.madvise(address + offset, PAGE_BYTES, LibC.MADV_POPULATE_READ);
                assertThat(touched).as("page %s", page).isEqualTo(lost.contains(page) ? -EHWPOISON : 0);
                if (touched == 0) {
                    source.file().read(offset, wanted);
                    destination.file().read(offset, found);
                    assertThat(found.mismatch(wanted)).as("page %s", page).isEqualTo(-1);
                }
            }
        }
        assertThat(destination.state()).isEqualTo(GuestState.PAUSED);
        assertThat(Journal.list(destinationDirectory).getFirst().phase()).isEqualTo(Phase.LOST);
    }

    /** An engine that was killed between the two may have poisoned some already. */
    @Test
    void poisoningAgainIsTheSame() throws Exception {
        long missing = giveUp(OnLostPages.POISON).pages();
        try (Journal journal = Journal.reopen(destinationDirectory, "destination")) {
            journal.record(Phase.RUNNING);
            assertThat(LostPages.giveUp(LocalHost.INSTANCE, destination, journal, OnLostPages.POISON)
                            .pages())
                    .isEqualTo(missing);
        }
    }

    @Test
    void theNextMoveOfTheGuestIsNotHeldUp() throws Exception {
        giveUp(OnLostPages.POISON);
        try (Journal journal = Journal.claim(destinationDirectory, "destination", destination)) {
            assertThat(journal.isResumed()).isFalse();
        }
    }
}
