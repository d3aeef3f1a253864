package dev.faultline.migration.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.wire.Frame;
import java.lang.foreign.Arena;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PageHashesTest {
    private static final int PAGES = 100;
    private final PageHashes hashes =
            new PageHashes(PAGES, Arena.ofAuto().allocate(PageHashes.sizeBytes(PAGES), Long.BYTES));

    private String words(int page) {
        return PageWay.words(PageHashes.way(hashes.encode(page, 1), 0));
    }

    @Test
    void aPartOfTheManifestHoldsThatPartsPages() {
        for (int page = 0; page < PAGES; page++) {
            hashes.set(page, -page * 0x123456789abcdefL, page % 2 == 0 ? PageWay.PUSH : PageWay.FAULT);
        }
        byte[] part = hashes.encode(40, 7);
        assertThat(part).hasSize(7 * PageHashes.ENTRY_BYTES);
        for (int i = 0; i < 7; i++) {
            assertThat(PageHashes.hash(part, i)).isEqualTo(-(40 + i) * 0x123456789abcdefL);
            assertThat(PageHashes.way(part, i)).isEqualTo(i % 2 == 0 ? PageWay.PUSH : PageWay.FAULT);
        }
    }

    @Test
    void everyWayHasWords() {
        hashes.set(0, 1, PageWay.PUSH);
        hashes.set(1, 1, PageWay.zero(PageWay.FAULT));
        hashes.set(2, 1, PageWay.round(0));
        hashes.set(3, 1, PageWay.zero(PageWay.round(27)));
        hashes.set(4, 1, PageWay.round(Frame.FINAL - 1));
        assertThat(IntStream.range(0, 6).mapToObj(this::words))
                .containsExactly(
                        "sent by the push",
                        "said to be zero in answer to a fault",
                        "sent in round 0",
                        "said to be zero in round 27",
                        "sent in round 28 or later",
                        "sent in a way that nobody noted");
    }

    @Test
    void anEarlyCopyIsConfirmedOnce() {
        hashes.set(0, 1, PageWay.zero(PageWay.round(2)));
        hashes.set(1, 1, PageWay.round(28));
        hashes.set(2, 1, PageWay.PUSH);
        hashes.confirm(0, PageWay.BY_MAP);
        hashes.confirm(0, PageWay.BY_FAULT);
        hashes.confirm(1, PageWay.BY_FAULT);
        hashes.confirm(1, PageWay.BY_MAP);
        hashes.confirm(2, PageWay.BY_MAP);
        assertThat(words(0)).isEqualTo("said to be zero in round 2, clean by the dirty map");
        assertThat(words(1)).isEqualTo("sent in round 28 or later, called current when it was touched");
        assertThat(words(2)).isEqualTo("sent by the push");
        hashes.set(0, 2, PageWay.FAULT); // it was dirty after all
        assertThat(words(0)).isEqualTo("sent in answer to a fault");
    }
}
