package dev.faultline.migration.destination;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;

/**
 * Maps pages whose content is right into the guest, with UFFDIO_CONTINUE, and so answers faults. Several threads do:
 * whoever makes a page current that is waited for, and the readers of faults.
 */
final class PageMapper {
    private final Host host;
    private final FaultShards shards;
    private final DestinationMemory memory;
    private final FaultStatistics statistics;

    PageMapper(Host host, FaultShards shards, DestinationMemory memory, FaultStatistics statistics) {
        this.host = host;
        this.shards = shards;
        this.memory = memory;
        this.statistics = statistics;
    }

    /** Answers the fault on a page, if somebody waits for it, now that its content is right. */
    void answer(int region, int page, FaultKind kind) {
        long key = WaitingFaults.key(region, page);
        WaitingFaults waiting = shards.of(region).waiting();
        if (waiting.contains(key) && map(region, page)) {
            long since = waiting.remove(key);
            if (since >= 0) {
                statistics.record(kind, host.nanoTime() - since);
            }
        }
    }

    /**
     * Maps a page that is CURRENT or MAPPED, with its current neighbours, and wakes whoever waits for it.
     *
     * @return false if the kernel asks to try again a little later
     */
    boolean map(int index, int page) {
        PageStates states = memory.states(index);
        GuestRegion region = memory.region(index);
        byte state = states.state(page);
        if (state == PageStates.CURRENT) {
            return mapCurrent(states, region, page);
        }
        if (state == PageStates.CURRENT_ZERO && states.moveToMapped(page)) {
            return mapZero(region, index, page);
        }
        // Mapped before, or by another thread just now. No page there means that it is a zero page not made yet, or one
        // that the guest gave back since: zero both times.
        Outcome outcome = continueRun(region, page, page + 1);
        return outcome.kind() == Outcome.Kind.NO_PAGE ? mapZero(region, index, page) : outcome.isDone();
    }

    private boolean mapCurrent(PageStates states, GuestRegion region, int page) {
        int blockPages = FaultAround.blockPages(states, page);
        int blockFirst = page & -blockPages;
        int blockEnd = Math.min(states.pageCount(), blockFirst + blockPages);
        int first = states.runStart(page, blockFirst);
        int end = states.runEnd(page, blockEnd);
        boolean done = mapRun(states, region, first, end);
        if (done && blockPages == FaultAround.DENSE_PAGES) {
            mapOtherRuns(states, region, blockFirst, first);
            mapOtherRuns(states, region, end, blockEnd);
        }
        return done;
    }

    /** For whom nobody waits: what cannot be mapped now will be when it is touched. */
    private void mapOtherRuns(PageStates states, GuestRegion region, int from, int to) {
        for (int page = from; page < to; page++) {
            if (states.state(page) == PageStates.CURRENT) {
                int end = states.runEnd(page, to);
                mapRun(states, region, page, end);
                page = end;
            }
        }
    }

    private boolean mapRun(PageStates states, GuestRegion region, int first, int end) {
        for (int page = first; page < end; page++) {
            states.moveToMapped(page);
        }
        Outcome outcome = continueRun(region, first, end);
        if (outcome.kind() == Outcome.Kind.NO_PAGE) {
            throw new IllegalStateException("a page of " + region.name() + " from " + first + " to " + (end - 1)
                    + " is current, but the file does not hold it");
        }
        return outcome.isDone();
    }

    private boolean mapZero(GuestRegion region, int index, int page) {
        long offset = (long) page << region.pageShift();
        if (region.file().pageSize().isHuge()) {
            // ZEROPAGE does not exist for hugetlbfs: have the kernel make the page, then map it.
            memory.alias(index).populate(offset, 1L << region.pageShift());
        } else {
            Uffd uffd = shards.of(index).uffd();
            Outcome outcome = uffd.zeroPages(region.guestAddress() + offset, 1L << region.pageShift(), 0);
            if (outcome.isDone()) {
                return true;
            }
            if (!isThereOrGone(outcome)) {
                requireChanging("ZEROPAGE", outcome, region, page);
                return false;
            }
        }
        return continueRun(region, page, page + 1).isDone();
    }

    /** Mapped by another thread, or unregistered meanwhile. Or a run crosses the end of a mapping. */
    private static boolean isThereOrGone(Outcome outcome) {
        return outcome.kind() == Outcome.Kind.ALREADY_MAPPED || outcome.kind() == Outcome.Kind.GONE;
    }

    /** {@return DONE, or NO_PAGE if the file does not hold a page, or CHANGING} */
    private Outcome continueRun(GuestRegion region, int first, int end) {
        Uffd uffd = shards.of(region.id()).uffd();
        int shift = region.pageShift();
        int page = first;
        while (page < end) {
            long address = region.guestAddress() + ((long) page << shift);
            long lengthBytes = (long) (end - page) << shift;
            Outcome outcome = uffd.continuePages(address, lengthBytes, 0);
            if (outcome.bytesDone(lengthBytes) > 0) {
                page += (int) (outcome.bytesDone(lengthBytes) >> shift);
            } else if (isThereOrGone(outcome)) {
                // The kernel wakes nobody then. Who waits for this page touches it again, and it is mapped alone.
                uffd.wake(address, 1L << shift);
                page++;
            } else {
                if (outcome.kind() != Outcome.Kind.NO_PAGE) {
                    requireChanging("CONTINUE", outcome, region, page);
                }
                return outcome;
            }
        }
        return Outcome.DONE;
    }

    private static void requireChanging(String call, Outcome outcome, GuestRegion region, int page) {
        if (outcome.kind() == Outcome.Kind.TARGET_EXITED) {
            throw new IllegalStateException("the guest process has gone");
        }
        if (outcome.kind() != Outcome.Kind.CHANGING) {
            throw new IllegalStateException(
                    "UFFDIO_" + call + " of page " + page + " of " + region.name() + " failed: " + outcome);
        }
    }
}
