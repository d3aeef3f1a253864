package dev.faultline.migration.destination;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.page.PageHash;
import dev.faultline.migration.page.PageHashes;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.RegionView;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.AliasMapping;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The waiting guest's memory: files, alias mappings, page states, and the registration of the guest's mapping. */
final class DestinationMemory implements AutoCloseable {
    private final Guest guest;
    private final List<GuestRegion> regions;
    private final List<AliasMapping> aliases = new ArrayList<>();
    private final List<PageStates> states;
    private final List<PageBases> bases;
    private long[] zeroHashes = {};
    /** Empty if nobody is to audit the pages. Made before any page can come. */
    private List<PageHashes> hashes = List.of();

    private boolean kept;

    DestinationMemory(Guest guest, Journal journal) {
        this.guest = guest;
        regions = guest.regions();
        for (int i = 0; i < regions.size(); i++) {
            if (regions.get(i).id() != i) {
                throw new IllegalArgumentException("region ids must count from 0: " + regions);
            }
            aliases.add(regions.get(i).file().mapAlias());
        }
        if (journal.entry().audit().asked()) {
            keepHashes(journal);
        }
        states = journal.pageStates(regions);
        bases = regions.stream().map(PageBases::new).toList();
    }

    /** Keeps a hash of every page from now on. */
    void keepHashes(Journal journal) {
        hashes = journal.pageHashes(regions);
        zeroHashes = regions.stream()
                .mapToLong(region -> PageHash.ofZeros(1 << region.pageShift()))
                .toArray();
    }

    /** {@return the hashes of a region's pages, if they are kept} */
    @Nullable
    PageHashes hashes(int index) {
        return hashes.isEmpty() ? null : hashes.get(index);
    }

    /** {@return the hash of a region's page of zeros} */
    long zeroHash(int index) {
        return zeroHashes[index];
    }

    /** {@return how much memory the hashes take} */
    long hashBytes() {
        return hashes.isEmpty()
                ? 0
                : states.stream()
                        .mapToLong(region -> PageHashes.sizeBytes(region.pageCount()))
                        .sum();
    }

    /** {@return how much memory the page states take} */
    long stateBytes() {
        return states.stream()
                .mapToLong(region -> PageStates.sizeBytes(region.pageCount()))
                .sum();
    }

    /** {@return how many pages there are} */
    long pageCount() {
        return states.stream().mapToLong(PageStates::pageCount).sum();
    }

    /**
     * Learns that the destination's copy of a page is the final one.
     *
     * @param by who says so, as in {@link dev.faultline.migration.page.PageWay}
     * @return false if there is no whole copy here, so that the source must be wrong
     */
    boolean learnClean(int index, int page, byte by) {
        PageHashes kept = hashes(index);
        if (kept != null) {
            kept.confirm(page, by); // first: who sees the page current sees this too
        }
        return states.get(index).learnClean(page);
    }

    /**
     * Empties the files (an earlier try may have left content) and registers the guest's mapping, before its first touch.
     * MINOR alone would let holes through as silent zeros, so MISSING always comes with it.
     */
    void arm() {
        guest.checkMayBeEmptied();
        for (GuestRegion region : regions) {
            if (region.file().allocatedBytes() > 0) {
                region.file().punchHole(0, region.lengthBytes());
            }
            register(region);
        }
    }

    private void register(GuestRegion region) {
        EnumSet<RegisterMode> modes = EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR);
        guest.uffd(region).register(region.guestAddress(), region.lengthBytes(), modes);
    }

    /**
     * Takes over what another engine registered. Whoever waits touches its page again: of faults that the other engine had
     * read, the kernel tells nobody else.
     */
    void rejoin() {
        for (GuestRegion region : regions) {
            register(region);
            guest.uffd(region).wake(region.guestAddress(), region.lengthBytes());
        }
    }

    /** {@return by region, the pages that do not have their final content} */
    List<PageBits> missing() {
        return states.stream().map(PageStates::missing).toList();
    }

    /** Unregisters the guest's mapping and wakes whoever waits: the kernel serves the rest from the files. */
    void disarm() {
        regions.forEach(region -> guest.uffd(region).unregister(region.guestAddress(), region.lengthBytes()));
    }

    int regionCount() {
        return regions.size();
    }

    GuestRegion region(int index) {
        return regions.get(index);
    }

    PageStates states(int index) {
        return states.get(index);
    }

    PageBases bases(int index) {
        return bases.get(index);
    }

    AliasMapping alias(int index) {
        return aliases.get(index);
    }

    /** {@return views of all regions for one more thread} */
    List<RegionView> newViews() {
        return aliases.stream().map(RegionView::new).toList();
    }

    /** {@return the region that the machine maps at an address, or -1} */
    int regionAt(long address) {
        for (int i = 0; i < regions.size(); i++) {
            long offset = address - regions.get(i).guestAddress();
            if (offset >= 0 && offset < regions.get(i).lengthBytes()) {
                return i;
            }
        }
        return -1;
    }

    /** {@return how many pages do not have their final content} */
    long notCurrent() {
        long missing = 0;
        for (PageStates region : states) {
            missing += region.notCurrent();
        }
        return missing;
    }

    /** {@return whether a region has these pages} Every number that comes from the source is asked about here. */
    boolean hasPages(int index, long first, long count) {
        return index < regions.size()
                && first >= 0
                && count >= 0
                && first <= states.get(index).pageCount() - count;
    }

    /** {@return the same failure, or what it means when the kernel could not make a page of the file} */
    IOException explain(int index, IOException e) {
        String message = e.getMessage();
        if (message != null && message.contains("Bad address")) {
            return new IOException(
                    "no memory is left for " + regions.get(index).name() + " on this host: free some, and try again",
                    e);
        }
        return e;
    }

    /** A thread that will not end still writes here: better to leak the mapping than to have it write elsewhere. */
    void keepForever() {
        kept = true;
        System.getLogger(DestinationMemory.class.getName())
                .log(System.Logger.Level.WARNING, "a thread of a migration has not ended; what it writes stays mapped");
    }

    @Override
    public void close() {
        if (kept) {
            return;
        }
        aliases.forEach(AliasMapping::close);
    }
}
