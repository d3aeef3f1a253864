package dev.faultline.migration.page;

import dev.faultline.uffd.memory.AliasMapping;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * An alias mapping as byte buffers, which is what a socket reads into and writes from. A buffer spans 2 GiB at most, so
 * there is one for each GiB; they are made once and reused. Used by one thread.
 */
public final class RegionView {
    private static final int WINDOW_SHIFT = 30;

    private final AliasMapping alias;
    private final ByteBuffer[] windows;

    /** Makes the view of a mapping. */
    public RegionView(AliasMapping alias) {
        this.alias = alias;
        MemorySegment memory = alias.segment();
        windows = new ByteBuffer[(int) ((memory.byteSize() - 1) >> WINDOW_SHIFT) + 1];
        for (int i = 0; i < windows.length; i++) {
            long offset = (long) i << WINDOW_SHIFT;
            long length = Math.min(1L << WINDOW_SHIFT, memory.byteSize() - offset);
            windows[i] = memory.asSlice(offset, length).asByteBuffer();
        }
    }

    /** {@return the bytes of a range that does not cross a GiB, to be written; valid until the next call} */
    public ByteBuffer writable(long offset, int lengthBytes) {
        alias.makeWritable(offset, lengthBytes);
        return bytes(offset, lengthBytes);
    }

    /** {@return the bytes of a range that does not cross a GiB, to be read; valid until the next call} */
    public ByteBuffer bytes(long offset, int lengthBytes) {
        ByteBuffer window = windows[(int) (offset >> WINDOW_SHIFT)];
        int start = (int) (offset & ((1L << WINDOW_SHIFT) - 1));
        return window.limit(start + lengthBytes).position(start);
    }
}
