package dev.faultline.migration.source;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.page.PageHash;
import dev.faultline.migration.page.PageHashes;
import dev.faultline.migration.page.PageWay;
import dev.faultline.migration.wire.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Compares the hashes of a manifest with this side's memory, which nobody writes any more: also a write that was never
 * tracked is in it. Holes are zero, and stay holes. Used by one thread.
 */
final class PageComparison {
    private static final int MAX_NAMED = 20;

    private final List<PageReader> readers;
    private final long[] zeroHashes;
    private final PageHash hash = new PageHash();
    private final StringBuilder words = new StringBuilder();
    private long pages;
    private long mismatches;

    PageComparison(List<PageReader> readers) {
        this.readers = readers;
        zeroHashes = readers.stream()
                .mapToLong(reader -> PageHash.ofZeros(1 << reader.region().pageShift()))
                .toArray();
    }

    /** Compares one part, whose numbers have been checked. */
    void compare(Frame part) throws IOException {
        PageReader reader = readers.get(part.region());
        reader.read((int) part.page(), (int) part.count(), new Pieces(reader.region(), part));
        pages += part.count();
    }

    long pages() {
        return pages;
    }

    long mismatches() {
        return mismatches;
    }

    /** {@return the first pages that differ, with their addresses, and how they travelled} */
    String words() {
        return mismatches <= MAX_NAMED ? words.toString() : words + "; and " + (mismatches - MAX_NAMED) + " more";
    }

    /** The pieces that a part's pages are read in. */
    private final class Pieces implements PageReader.Pieces {
        private final GuestRegion region;
        private final Frame part;

        Pieces(GuestRegion region, Frame part) {
            this.region = region;
            this.part = part;
        }

        @Override
        public void content(int first, int count, ByteBuffer bytes) {
            int pageBytes = 1 << region.pageShift();
            int at = bytes.position();
            for (int page = first; page < first + count; page++) {
                check(page, hash.of(bytes.limit(at + pageBytes).position(at)));
                at += pageBytes;
            }
        }

        @Override
        public void zeros(int first, int count) {
            for (int page = first; page < first + count; page++) {
                check(page, zeroHashes[region.id()]);
            }
        }

        private void check(int page, long here) {
            int index = page - (int) part.page();
            if (PageHashes.hash(part.payload(), index) != here) {
                mismatches++;
                if (mismatches <= MAX_NAMED) {
                    name(page, PageHashes.way(part.payload(), index));
                }
            }
        }

        private void name(int page, byte way) {
            words.append(words.isEmpty() ? "" : "; ")
                    .append(region.name())
                    .append(" page ")
                    .append(page)
                    .append(" at 0x")
                    .append(Long.toHexString((long) page << region.pageShift()))
                    .append(" (")
                    .append(PageWay.words(way))
                    .append(')');
        }
    }
}
