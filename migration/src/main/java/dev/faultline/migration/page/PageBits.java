package dev.faultline.migration.page;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A set of a region's pages. Not safe for several threads at once; its owner guards it. */
public final class PageBits {
    private final long[] words;
    private final int pageCount;

    /** Makes an empty set of a region of that many pages. */
    public PageBits(int pageCount) {
        this.pageCount = pageCount;
        words = new long[(int) ((pageCount + Long.SIZE - 1L) / Long.SIZE)];
    }

    public int pageCount() {
        return pageCount;
    }

    /** {@return what some sets hold in memory} */
    public static long sizeBytes(List<PageBits> sets) {
        return sets.stream()
                .mapToLong(set -> set.words.length * (long) Long.BYTES)
                .sum();
    }

    public boolean contains(int page) {
        return (words[page >> 6] & 1L << page) != 0;
    }

    /** Adds {@code count} pages from {@code first} on. */
    public void add(int first, int count) {
        update(first, count, true);
    }

    /** Takes {@code count} pages from {@code first} on away. */
    public void remove(int first, int count) {
        update(first, count, false);
    }

    private void update(int first, int count, boolean present) {
        int end = first + count;
        for (int page = first; page < end; ) {
            int stop = Math.min(end, (page | 63) + 1);
            long mask = (-1L << page) & (-1L >>> -stop);
            words[page >> 6] = present ? words[page >> 6] | mask : words[page >> 6] & ~mask;
            page = stop;
        }
    }

    /** Adds every page of another set of the same region. */
    public void addAll(PageBits other) {
        for (int i = 0; i < words.length; i++) {
            words[i] |= other.words[i];
        }
    }

    /** Keeps only the pages that another set of the same region has too. */
    public void retainAll(PageBits other) {
        for (int i = 0; i < words.length; i++) {
            words[i] &= other.words[i];
        }
    }

    /** Takes every page of another set of the same region away. */
    void removeAll(PageBits other) {
        for (int i = 0; i < words.length; i++) {
            words[i] &= ~other.words[i];
        }
    }

    /** Adds 1, for each page of a set, to the number of two bits that two other sets hold of it; 3 stays 3. */
    static void countUp(PageBits ones, PageBits twos, PageBits counted) {
        for (int i = 0; i < counted.words.length; i++) {
            long both = ones.words[i] & twos.words[i];
            long carry = ones.words[i] & counted.words[i];
            ones.words[i] = (ones.words[i] ^ counted.words[i]) | both;
            twos.words[i] |= carry;
        }
    }

    /** {@return how many pages are in the set} */
    public int size() {
        int size = 0;
        for (long word : words) {
            size += Long.bitCount(word);
        }
        return size;
    }

    /** {@return the first page of the set at or after {@code from}, or the region's page count} */
    public int next(int from) {
        return scan(from, pageCount, 0);
    }

    /** {@return the first page of the set at or after {@code from}, or {@code limit} if it is not before that} */
    public int next(int from, int limit) {
        return scan(from, Math.min(limit, pageCount), 0);
    }

    /** {@return the first page at or after {@code from} that is not in the set, or the region's page count} */
    public int nextAbsent(int from) {
        return scan(from, pageCount, -1L);
    }

    /** {@return the first page at or after {@code from} that is not in the set, or {@code limit} if it is not before that} */
    public int nextAbsent(int from, int limit) {
        return scan(from, Math.min(limit, pageCount), -1L);
    }

    private int scan(int from, int limit, long flip) {
        if (from >= limit) {
            return limit;
        }
        int index = from >> 6;
        long word = (words[index] ^ flip) & (-1L << from);
        while (word == 0) {
            index++;
            if ((long) index << 6 >= limit) {
                return limit;
            }
            word = words[index] ^ flip;
        }
        return Math.min(limit, (index << 6) + Long.numberOfTrailingZeros(word));
    }

    /** {@return the last page of the set at or before {@code from}, or -1 if it is not at or after {@code lowest}} */
    public int previous(int from, int lowest) {
        if (from < lowest) {
            return -1;
        }
        int index = from >> 6;
        long word = words[index] & (-1L >>> ~from);
        while (word == 0) {
            index--;
            if (index < lowest >> 6) {
                return -1;
            }
            word = words[index];
        }
        int page = (index << 6) + Long.SIZE - 1 - Long.numberOfLeadingZeros(word);
        return page < lowest ? -1 : page;
    }

    /** {@return the bits of {@code count} pages from {@code first}, a multiple of 64, on, as little-endian words} */
    public byte[] encode(int first, int count) {
        int wordCount = (count + Long.SIZE - 1) / Long.SIZE;
        ByteBuffer out = ByteBuffer.allocate(wordCount * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.asLongBuffer().put(words, first >> 6, wordCount);
        return out.array();
    }

    /**
     * {@return the set that {@link #encode} made of {@code count} pages; page 0 is the chunk's first page}
     *
     * @throws IllegalArgumentException if it is not as long as that, or has pages beyond them
     */
    public static PageBits decode(byte[] encoded, int count) {
        PageBits bits = new PageBits(count);
        if (encoded.length != bits.words.length * Long.BYTES) {
            throw new IllegalArgumentException(
                    "the bits of " + count + " pages do not have " + encoded.length + " bytes");
        }
        ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(bits.words);
        if (count % Long.SIZE != 0 && bits.words[bits.words.length - 1] >>> count != 0) {
            throw new IllegalArgumentException("the bits of " + count + " pages have some beyond them");
        }
        return bits;
    }
}
