package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which stores the page map tells of. {@link PagemapTest} runs it for each page size. */
abstract class PagemapCases {
    static final int PAGES = 8;

    private final PageSize size;
    FaultFixture at;
    TestMemory memory;
    LinuxPagemap pagemap;

    PagemapCases(PageSize size) {
        this.size = size;
    }

    @BeforeEach
    void track() {
        at = new FaultFixture(size, PAGES, Set.of(RegisterMode.WRITE_PROTECT), UffdFeature.WP_ASYNC);
        memory = at.memory;
        at.uffd.writeProtect(memory.page(0), memory.lengthBytes(), true, 0);
        pagemap = LinuxPagemap.ofSelf();
    }

    @AfterEach
    void release() {
        pagemap.close();
        at.close();
    }

    @Test
    void nothingIsWrittenAtFirst() {
        assertThat(takeWritten()).isEmpty();
    }

    @Test
    void theStoredPagesAreFoundAndNoOthers() {
        store(1, 3, 4, 7);
        assertThat(takeWritten()).containsExactly(1, 3, 4, 7);
    }

    @Test
    void neighboursComeAsOneRun() {
        store(2, 3, 4);
        StringBuilder runs = new StringBuilder();
        pagemap.takeWritten(
                memory.page(0),
                memory.lengthBytes(),
                (address, bytes) ->
                        runs.append(memory.pageOf(address)).append('+').append(bytes / memory.pageBytes()));
        assertThat(runs).hasToString("2+3");
    }

    @Test
    void takingForgetsAndALaterStoreIsSeenAgain() {
        store(1, 3);
        takeWritten();
        assertThat(takeWritten()).isEmpty();
        store(3);
        assertThat(takeWritten()).containsExactly(3);
    }

    @Test
    void onlyTheAskedRangeIsTaken() {
        store(1, 2, 5);
        assertThat(takeWritten(2, 3)).containsExactly(2);
        assertThat(takeWritten()).containsExactly(1, 5);
    }

    @Test
    void storesThroughTheAliasAreNotSeen() {
        store(0, 1, 2);
        takeWritten();
        memory.fillAll(1, 2, 6);
        assertThat(takeWritten()).isEmpty();
    }

    /** The kernel skips it without a word: whoever tracks memory must know that it stays mapped. */
    @Test
    void memoryThatIsNotMappedCountsAsNotWritten() {
        long neverMapped = 0x10000; // below every program and heap
        pagemap.takeWritten(neverMapped, 4096, (address, _) -> fail("written: 0x%x", address));
    }

    @Test
    void loadsAreNotSeen() {
        memory.fillAll(1, 2);
        for (int page = 0; page < PAGES; page++) {
            await(at.thread.load(memory.page(page), 8));
        }
        assertThat(takeWritten()).isEmpty();
    }

    @Test
    void memoryThatIsNotTrackedNamesTheRemedy() {
        try (TestMemory other = TestMemory.of(PageSize.SIZE_4K, 1)) {
            assertThatThrownBy(() -> pagemap.takeWritten(other.page(0), other.lengthBytes(), (_, _) -> {}))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("PAGEMAP_SCAN, start=0x%x", other.page(0))
                    .hasMessageContaining("EPERM")
                    .hasMessageContaining("registered for write protection")
                    .hasMessageContaining("WP_ASYNC");
        }
    }

    @Test
    void memoryRegisteredForOtherFaultsOnlyIsNotTracked() {
        try (FaultFixture other = new FaultFixture(size, 1, FaultFixture.MISSING_AND_MINOR, UffdFeature.WP_ASYNC)) {
            assertThatThrownBy(
                            () -> pagemap.takeWritten(other.memory.page(0), other.memory.lengthBytes(), (_, _) -> {}))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("WP_ASYNC");
        }
    }

    /** A migration's destination becomes the next one's source without a second registration. */
    @Test
    void pagesThatContinueMapsProtectedAreCleanAndTheOthersAreNot() {
        try (FaultFixture both = new FaultFixture(size, 2, Set.of(RegisterMode.values()), UffdFeature.WP_ASYNC)) {
            both.memory.fillAll(0, 1);
            both.uffd.continuePages(both.memory.page(0), both.memory.pageBytes(), Uffd.WRITE_PROTECTED);
            both.uffd.continuePages(both.memory.page(1), both.memory.pageBytes(), 0);
            Set<Integer> written = new TreeSet<>();
            pagemap.takeWritten(
                    both.memory.page(0),
                    both.memory.lengthBytes(),
                    (address, _) -> written.add(both.memory.pageOf(address)));
            assertThat(written).containsExactly(1);
        }
    }

    void store(int... pages) {
        for (int page : pages) {
            await(at.thread.store(memory.page(page) + 8, (byte) 1));
        }
    }

    Set<Integer> takeWritten() {
        return takeWritten(0, PAGES);
    }

    Set<Integer> takeWritten(int first, int count) {
        Set<Integer> written = new TreeSet<>();
        pagemap.takeWritten(memory.page(first), memory.pages(count), (address, bytes) -> {
            for (long done = 0; done < bytes; done += memory.pageBytes()) {
                written.add(memory.pageOf(address + done));
            }
        });
        return written;
    }
}
