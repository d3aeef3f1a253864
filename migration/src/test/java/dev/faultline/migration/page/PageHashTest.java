package dev.faultline.migration.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageHashTest {
    private static final int PAGE_BYTES = 4096;
    private static final long SEED = 7;

    private final PageHash hash = new PageHash();

    private static ByteBuffer page() {
        byte[] content = new byte[PAGE_BYTES];
        new Random(SEED).nextBytes(content);
        return ByteBuffer.allocateDirect(PAGE_BYTES).put(0, content);
    }

    @Test
    void oneHashIsAsGoodAsAnother() {
        long first = hash.of(page());
        assertThat(hash.of(page())).isEqualTo(first);
        assertThat(new PageHash().of(page())).isEqualTo(first);
    }

    @Test
    void everyBitCounts() {
        ByteBuffer page = page();
        long before = hash.of(page.clear());
        for (int bit = 0; bit < PAGE_BYTES * Byte.SIZE; bit += 61) {
            byte old = page.get(bit / Byte.SIZE);
            page.put(bit / Byte.SIZE, (byte) (old ^ 1 << bit % Byte.SIZE));
            assertThat(hash.of(page.clear())).as("bit %d", bit).isNotEqualTo(before);
            page.put(bit / Byte.SIZE, old);
        }
    }

    @Test
    void whatMovesWithinAPageChangesIt() {
        ByteBuffer page = page();
        long before = hash.of(page.clear());
        long first = page.getLong(0);
        page.putLong(0, page.getLong(8)).putLong(8, first);
        assertThat(hash.of(page.clear())).isNotEqualTo(before);
    }

    @Test
    void zerosNeedNotBeRead() {
        assertThat(PageHash.ofZeros(PAGE_BYTES)).isEqualTo(hash.of(ByteBuffer.allocateDirect(PAGE_BYTES)));
        assertThat(PageHash.ofZeros(2 << 20)).isEqualTo(hash.of(ByteBuffer.allocateDirect(2 << 20)));
        assertThat(PageHash.ofZeros(PAGE_BYTES)).isNotEqualTo(PageHash.ofZeros(2 * PAGE_BYTES));
    }
}
