package dev.faultline.migration.source;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.page.RegionView;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.MemoryFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads one region's pages without ever making one: a hole of shmem is found by SEEK_DATA and never touched, and
 * hugetlbfs, which knows no holes, is read by pread into a buffer, not through a mapping, until there is something in the
 * page. Used by one thread.
 */
final class PageReader implements AutoCloseable {
    /** Receives the pages of a run in order, as pieces that are either content or zero. */
    interface Pieces {
        void content(int first, int count, ByteBuffer bytes) throws IOException;

        void zeros(int first, int count) throws IOException;

        /** {@return whether content may be where the guest writes to meanwhile, so that huge pages need not be copied} */
        default boolean maySeeWrites() {
            return false;
        }
    }

    /** That a huge page begins with zeros and is not zero is rare, and all that comes of it is a copy. */
    private static final int HEAD_BYTES = 512;

    private final GuestRegion region;
    private final MemoryFile file;
    private final int shift;
    private final MemorySegment alias;
    private final RegionView view;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment staging;
    private final ByteBuffer stagingBytes;
    private final MemorySegment head;
    private boolean isPrivate;

    /** Pages known to be content. */
    private int dataFrom;

    private int dataTo;

    /** Makes a reader over an alias mapping that outlives it. */
    PageReader(GuestRegion region, AliasMapping mapping) {
        this.region = region;
        this.file = region.file();
        this.shift = region.pageShift();
        this.alias = mapping.segment();
        this.view = new RegionView(mapping);
        this.staging = file.pageSize().isHuge() ? arena.allocate(1L << shift, Long.BYTES) : MemorySegment.NULL;
        this.stagingBytes = staging.asByteBuffer();
        this.head = staging.asSlice(0, Math.min(HEAD_BYTES, staging.byteSize()));
    }

    /** {@return how many pages at most one frame of this region carries} */
    static int framePages(GuestRegion region) {
        return region.file().pageSize().isHuge() ? 1 : PushOrder.RUN_PAGES;
    }

    /** Reads pages; content pieces never cross a multiple of {@link PushOrder#RUN_PAGES} pages. */
    void read(int first, int count, Pieces pieces) throws IOException {
        if (file.pageSize().isHuge()) {
            readHuge(first, count, pieces);
        } else {
            readSmall(first, count, pieces);
        }
    }

    private void readHuge(int first, int count, Pieces pieces) throws IOException {
        for (int page = first; page < first + count; page++) {
            isPrivate = !pieces.maySeeWrites() || !hasHead(page);
            if (!isPrivate) {
                pieces.content(page, 1, view.bytes((long) page << shift, 1 << shift));
                continue;
            }
            file.read((long) page << shift, staging);
            if (isZero(staging, 0, staging.byteSize())) {
                pieces.zeros(page, 1);
            } else {
                pieces.content(page, 1, stagingBytes.clear());
            }
        }
    }

    /** Who has it touches no hole: content does not become one while a guest moves. */
    private boolean hasHead(int page) {
        file.read((long) page << shift, head);
        return !isZero(head, 0, head.byteSize());
    }

    private void readSmall(int first, int count, Pieces pieces) throws IOException {
        int end = first + count;
        for (int page = first; page < end; ) {
            int data = dataFrom <= page && page < dataTo ? page : findData(page);
            if (data > page) {
                pieces.zeros(page, Math.min(data, end) - page);
            }
            int hole = Math.min(dataTo, end);
            for (page = Math.min(data, end); page < hole; ) {
                page = readPiece(page, hole, pieces);
            }
        }
    }

    /**
     * Finds the next content and remembers how far it goes: to find its end, the kernel looks at every page of it, which
     * for each of many scattered pages would take most of the time. Content does not become a hole while a guest moves.
     */
    private int findData(int page) {
        int from = (int) (file.nextData((long) page << shift) >> shift);
        if (from == dataFrom && from < dataTo) {
            return from; // as it was when this page's neighbours were looked at
        }
        dataFrom = from;
        boolean none = (long) dataFrom << shift >= file.lengthBytes();
        dataTo = none ? dataFrom : (int) (file.nextHole((long) dataFrom << shift) >> shift);
        return dataFrom;
    }

    private int readPiece(int first, int end, Pieces pieces) throws IOException {
        int limit = Math.min(end, (first / PushOrder.RUN_PAGES + 1) * PushOrder.RUN_PAGES);
        boolean zero = isZeroPage(first);
        int next = first + 1;
        while (next < limit && isZeroPage(next) == zero) {
            next++;
        }
        if (zero) {
            pieces.zeros(first, next - first);
        } else {
            pieces.content(first, next - first, view.bytes((long) first << shift, (next - first) << shift));
        }
        return next;
    }

    private boolean isZeroPage(int page) {
        return isZero(alias, (long) page << shift, 1L << shift);
    }

    private static boolean isZero(MemorySegment segment, long offset, long lengthBytes) {
        for (long at = offset; at < offset + lengthBytes; at += 4 * Long.BYTES) {
            long words = segment.get(JAVA_LONG, at)
                    | segment.get(JAVA_LONG, at + Long.BYTES)
                    | segment.get(JAVA_LONG, at + 2 * Long.BYTES)
                    | segment.get(JAVA_LONG, at + 3 * Long.BYTES);
            if (words != 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether the content that it gave last is a copy that nobody else writes to} */
    boolean isPrivate() {
        return isPrivate;
    }

    GuestRegion region() {
        return region;
    }

    @Override
    public void close() {
        arena.close();
    }
}
