package dev.faultline.migration.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a BitSet that does the same. */
class PageBitsTest {
    private static final long SEED = 20210107;

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 127, 128, 1000, 4096})
    void doesWhatABitSetDoes(int pages) {
        Random random = new Random(SEED + pages);
        PageBits bits = new PageBits(pages);
        BitSet model = new BitSet(pages);
        for (int i = 0; i < 3000; i++) {
            int first = random.nextInt(pages);
            int count = random.nextInt(Math.min(200, pages - first) + 1);
            change(bits, model, random.nextInt(4), first, count);
            assertThat(bits.size()).isEqualTo(model.cardinality());
            assertThat(bits.contains(first)).isEqualTo(model.get(first));
            int present = model.nextSetBit(first);
            assertThat(bits.next(first)).isEqualTo(present < 0 ? pages : present);
            assertThat(bits.nextAbsent(first)).isEqualTo(Math.min(pages, model.nextClearBit(first)));
            int limit = first + random.nextInt(pages - first + 1);
            assertThat(bits.nextAbsent(first, limit)).isEqualTo(Math.min(limit, model.nextClearBit(first)));
            assertThat(bits.next(first, limit)).isEqualTo(present < 0 ? limit : Math.min(limit, present));
            int lowest = random.nextInt(first + 1);
            int previous = model.previousSetBit(first);
            assertThat(bits.previous(first, lowest)).isEqualTo(previous < lowest ? -1 : previous);
        }
        assertThat(bits.next(pages)).isEqualTo(pages);
        assertThat(bits.nextAbsent(pages)).isEqualTo(pages);
    }

    private static void change(PageBits bits, BitSet model, int kind, int first, int count) {
        PageBits other = new PageBits(bits.pageCount());
        other.add(first, count);
        BitSet otherModel = new BitSet();
        otherModel.set(first, first + count);
        switch (kind) {
            case 0 -> {
                bits.add(first, count);
                model.set(first, first + count);
            }
            case 1 -> {
                bits.remove(first, count);
                model.clear(first, first + count);
            }
            case 2 -> {
                bits.addAll(other);
                model.or(otherModel);
            }
            default -> {
                if (count > bits.pageCount() / 2) {
                    bits.retainAll(other);
                    model.and(otherModel);
                }
            }
        }
    }

    @Test
    void whatIsEncodedIsDecoded() {
        Random random = new Random(SEED);
        PageBits bits = new PageBits(1000);
        for (int i = 0; i < 200; i++) {
            bits.add(random.nextInt(1000), 1);
        }
        for (int first = 0; first < 1000; first += 128) {
            int count = Math.min(128, 1000 - first);
            PageBits chunk = PageBits.decode(bits.encode(first, count), count);
            for (int i = 0; i < count; i++) {
                assertThat(chunk.contains(i)).isEqualTo(bits.contains(first + i));
            }
        }
    }

    @Test
    void theFirstPageIsTheLowestBitOfTheFirstByte() {
        PageBits bits = new PageBits(70);
        bits.add(0, 1);
        bits.add(9, 1);
        bits.add(69, 1);
        assertThat(bits.encode(0, 70)).containsExactly(1, 2, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void bitsOfAnotherLengthAreRefused() {
        assertThatThrownBy(() -> PageBits.decode(new byte[8], 65))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the bits of 65 pages do not have 8 bytes");
    }

    @Test
    void theLongestRegionHasItsLastPage() {
        int pages = dev.faultline.migration.guest.GuestRegion.MAX_PAGES;
        PageBits bits = new PageBits(pages);
        bits.add(pages - 2, 2);
        assertThat(bits.next(0)).isEqualTo(pages - 2);
        assertThat(bits.nextAbsent(pages - 2)).isEqualTo(pages);
        assertThat(bits.size()).isEqualTo(2);
    }
}
