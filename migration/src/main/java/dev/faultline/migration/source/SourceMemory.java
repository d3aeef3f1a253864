package dev.faultline.migration.source;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.page.PageBits;
import dev.faultline.uffd.memory.AliasMapping;
import java.util.ArrayList;
import java.util.List;

/** The alias mappings of the source's memory files, and readers over them, one for each thread that reads. */
final class SourceMemory implements AutoCloseable {
    private final List<GuestRegion> regions;
    private final List<AliasMapping> aliases = new ArrayList<>();
    private final List<PageReader> readers = new ArrayList<>();
    private boolean kept;

    SourceMemory(Guest guest) {
        regions = guest.regions();
        for (int i = 0; i < regions.size(); i++) {
            if (regions.get(i).id() != i) {
                throw new IllegalArgumentException("region ids must count from 0: " + regions);
            }
            aliases.add(regions.get(i).file().mapAlias());
        }
    }

    /** {@return readers of all regions for one more thread} */
    synchronized List<PageReader> newReaders() {
        List<PageReader> made = new ArrayList<>();
        for (int i = 0; i < regions.size(); i++) {
            made.add(new PageReader(regions.get(i), aliases.get(i)));
        }
        readers.addAll(made);
        return made;
    }

    /** {@return the regions, by their numbers} */
    List<GuestRegion> regions() {
        return regions;
    }

    /** {@return empty sets of pages, one for each region} */
    List<PageBits> newBits() {
        return regions.stream().map(region -> new PageBits(region.pageCount())).toList();
    }

    /** {@return full sets of pages, one for each region} */
    List<PageBits> allPages() {
        List<PageBits> all = newBits();
        all.forEach(bits -> bits.add(0, bits.pageCount()));
        return all;
    }

    /** {@return how many pages one frame carries at most, by region} */
    int[] framePages() {
        return regions.stream().mapToInt(PageReader::framePages).toArray();
    }

    static long size(List<PageBits> bits) {
        return bits.stream().mapToLong(PageBits::size).sum();
    }

    long bytes(List<PageBits> bits) {
        long bytes = 0;
        for (GuestRegion region : regions) {
            bytes += (long) bits.get(region.id()).size() << region.pageShift();
        }
        return bytes;
    }

    /** A thread that will not end still reads here: better to leak the memory than to take it from under that thread. */
    void keepForever() {
        kept = true;
        System.getLogger(SourceMemory.class.getName())
                .log(System.Logger.Level.WARNING, "a thread of a migration has not ended; what it reads stays mapped");
    }

    @Override
    public synchronized void close() {
        if (kept) {
            return;
        }
        readers.forEach(PageReader::close);
        aliases.forEach(AliasMapping::close);
    }
}
