package dev.faultline.guest.kvm.workload;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What a page of the guest holds: a function of its address and of how often it was written, over all of its 4096 bytes,
 * so that a torn page and one stale block of a huge page are seen. The guest's program computes the same.
 */
public final class PageContent {
    /** 64-bit words in a page. */
    public static final int WORDS = Workload.PAGE_BYTES / Long.BYTES;

    private static final long K1 = 0x9E3779B97F4A7C15L;
    private static final long K2 = 0xC2B2AE3D27D4EB4FL;
    private static final long STEP = 0x165667B19E3779F9L;
    private static final int PAGE_SHIFT = 12;

    /** Words are little-endian, as the vCPU writes them. */
    private static final ValueLayout.OfLong WORD = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PageContent() {}

    /**
     * {@return one word of a page}
     *
     * @param guestAddress the page's guest-physical address
     * @param sequence how often it was written; 0 means never, and a page of zeros
     * @param index the word's place in the page
     */
    public static long word(long guestAddress, long sequence, int index) {
        return sequence == 0 ? 0 : first(guestAddress, sequence) + index * STEP;
    }

    /**
     * Makes a page's content.
     *
     * @param page 4096 bytes to fill
     * @param guestAddress the page's guest-physical address
     * @param sequence how often it was written
     */
    public static void fill(MemorySegment page, long guestAddress, long sequence) {
        long step = sequence == 0 ? 0 : STEP;
        long word = sequence == 0 ? 0 : first(guestAddress, sequence);
        for (int i = 0; i < WORDS; i++) {
            page.set(WORD, (long) i * Long.BYTES, word);
            word += step;
        }
    }

    /**
     * {@return one word of a copy of a page}
     *
     * @param page 4096 bytes
     * @param index the word's place
     */
    public static long wordOf(MemorySegment page, int index) {
        return page.get(WORD, (long) index * Long.BYTES);
    }

    private static long first(long guestAddress, long sequence) {
        return sequence * K1 ^ (guestAddress >>> PAGE_SHIFT) * K2;
    }
}
