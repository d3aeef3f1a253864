package dev.faultline.migration.page;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What each page of a region held when it arrived, as a hash, and how it travelled. Whoever has claimed a page writes its
 * entry before the page's state says that it is there, and so before anybody who has seen that state reads it. Like the
 * states it may be a file's memory.
 */
public final class PageHashes {
    /** What an entry takes, here and in a manifest: the hash, and the way. */
    public static final int ENTRY_BYTES = Long.BYTES + 1;

    private static final ValueLayout.OfLong HASH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle IN_PART =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment hashes;
    private final MemorySegment ways;

    /** Makes the hashes of a region of that many pages, over {@link #sizeBytes} of memory. */
    public PageHashes(int pageCount, MemorySegment memory) {
        hashes = memory.asSlice(0, (long) pageCount * Long.BYTES);
        ways = memory.asSlice((long) pageCount * Long.BYTES, pageCount);
    }

    /** {@return how much memory the hashes of that many pages take} */
    public static long sizeBytes(int pageCount) {
        return (long) pageCount * ENTRY_BYTES;
    }

    /** Notes what a page holds that is about to be called received. */
    public void set(int page, long hash, byte way) {
        hashes.set(HASH, (long) page * Long.BYTES, hash);
        ways.set(JAVA_BYTE, page, way);
    }

    /** Notes that a page is about to be called current as it was received, if it was received early. */
    public void confirm(int page, byte by) {
        byte way = ways.get(JAVA_BYTE, page);
        byte confirmed = PageWay.confirmed(way, by);
        if (confirmed != way) {
            ways.set(JAVA_BYTE, page, confirmed);
        }
    }

    /** {@return a part of a manifest: the pages' hashes, little-endian, and then their ways} */
    public byte[] encode(int first, int count) {
        byte[] part = new byte[count * ENTRY_BYTES];
        int hashBytes = count * Long.BYTES;
        MemorySegment to = MemorySegment.ofArray(part);
        to.asSlice(0, hashBytes).copyFrom(hashes.asSlice((long) first * Long.BYTES, hashBytes));
        to.asSlice(hashBytes).copyFrom(ways.asSlice(first, count));
        return part;
    }

    /** {@return a page's hash in a part of a manifest} */
    public static long hash(byte[] part, int index) {
        return (long) IN_PART.get(part, index * Long.BYTES);
    }

    /** {@return a page's way in a part of a manifest} */
    public static byte way(byte[] part, int index) {
        return part[part.length / ENTRY_BYTES * Long.BYTES + index];
    }
}
