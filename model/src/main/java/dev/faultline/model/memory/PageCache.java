package dev.faultline.model.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A file's pages. Content is one piece of memory, so that an alias mapping can be a segment of it; holes are zeros in it.
 * What is in swap keeps its place there, too.
 */
public final class PageCache {
    private final String name;
    private final int pageShift;
    private final BitSet present = new BitSet();
    private final BitSet upToDate = new BitSet();
    private final BitSet swapped = new BitSet();
    private final BitSet dirty = new BitSet();
    private final Set<AddressSpace> mappers = new LinkedHashSet<>();
    private MemorySegment content;
    private boolean handedOut;
    private long lengthBytes;

    public PageCache(String name, long lengthBytes, int pageShift) {
        this.name = name;
        this.pageShift = pageShift;
        this.lengthBytes = lengthBytes;
        content = allocate(Pages.roundUp(lengthBytes, pageBytes()));
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(Math.max(bytes, Pages.BYTES), Pages.BYTES);
    }

    public String name() {
        return name;
    }

    public long pageBytes() {
        return 1L << pageShift;
    }

    public boolean isHuge() {
        return pageShift == Pages.HUGE_SHIFT;
    }

    public long lengthBytes() {
        return lengthBytes;
    }

    /** {@return the number of pages before the end of the file, a part of one counting as one} */
    public long pageCount() {
        return (lengthBytes + pageBytes() - 1) >> pageShift;
    }

    public boolean isBeyondEnd(long index) {
        return index >= pageCount();
    }

    public MemorySegment page(long index) {
        return content.asSlice(index << pageShift, pageBytes());
    }

    /** Copies content; holes are zeros. */
    public void read(long offset, MemorySegment target) {
        target.copyFrom(content.asSlice(offset, target.byteSize()));
    }

    /** {@return the content, for an alias mapping; from now on the file cannot grow beyond it} */
    public MemorySegment handOut() {
        handedOut = true;
        return content.asSlice(0, lengthBytes);
    }

    /** {@return whether the file holds the page in memory} */
    public boolean isPresent(long index) {
        return present.get((int) index);
    }

    public boolean isSwapped(long index) {
        return swapped.get((int) index);
    }

    /** {@return whether the file holds the page, in memory or in swap} */
    public boolean holds(long index) {
        return isPresent(index) || isSwapped(index);
    }

    /** {@return whether the page has content; fallocate makes pages of shmem that have none yet} */
    public boolean isUpToDate(long index) {
        return upToDate.get((int) index);
    }

    /** Makes a page, or brings it back from swap, and says that it has content. */
    public void makePresent(long index) {
        if (isSwapped(index)) {
            markDirty(index);
        }
        present.set((int) index);
        swapped.clear((int) index);
        upToDate.set((int) index);
    }

    /** Makes a page that has no content yet. */
    public void allocateOnly(long index) {
        present.set((int) index);
        markDirty(index);
    }

    /** Says that a page may have been written. */
    public void markDirty(long index) {
        dirty.set((int) index);
    }

    /**
     * Takes a page out of memory; its entries in page tables are the caller's. One that was never written, such as a hole
     * that was read, does not go to swap: it is a hole again.
     */
    public void swapOut(long index) {
        if (isPresent(index) && !dirty.get((int) index)) {
            drop(index);
        } else if (isPresent(index)) {
            present.clear((int) index);
            dirty.clear((int) index);
            swapped.set((int) index);
            upToDate.set((int) index);
        }
    }

    /** Drops a page; its entries in page tables are the caller's. */
    public void drop(long index) {
        if (holds(index)) {
            present.clear((int) index);
            swapped.clear((int) index);
            upToDate.clear((int) index);
            dirty.clear((int) index);
            page(index).fill((byte) 0);
        }
    }

    public long heldPages() {
        return (long) present.cardinality() + swapped.cardinality();
    }

    /** Changes the length; dropping pages is the caller's. */
    public void resize(long newLengthBytes) {
        long needed = Pages.roundUp(newLengthBytes, pageBytes());
        if (needed > content.byteSize()) {
            if (handedOut) {
                throw new IllegalStateException("a file that has an alias mapping cannot grow in the model");
            }
            MemorySegment larger = allocate(needed);
            larger.asSlice(0, content.byteSize()).copyFrom(content);
            content = larger;
        }
        lengthBytes = newLengthBytes;
    }

    /** {@return room for content before the file must move} */
    public long capacityBytes() {
        return content.byteSize();
    }

    /** Makes room for a file that is to grow although it has an alias mapping. */
    public void reserve(long capacityBytes) {
        long length = lengthBytes;
        resize(Math.max(capacityBytes, length));
        lengthBytes = length;
    }

    public void addMapper(AddressSpace space) {
        mappers.add(space);
    }

    public void removeMapper(AddressSpace space) {
        mappers.remove(space);
    }

    /** {@return the address spaces that may have a mapping of it} */
    public Set<AddressSpace> mappers() {
        return mappers;
    }

    @Override
    public String toString() {
        return name;
    }
}
