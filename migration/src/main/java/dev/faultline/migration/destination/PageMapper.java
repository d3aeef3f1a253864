package dev.faultline.migration.destination;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.uffd.Uffd;

/**
 * Maps pages whose content is right into the guest, with UFFDIO_CONTINUE, and so answers faults. Several threads do:
 * whoever makes a page current that is waited for, and the reader of faults.
 */
final class PageMapper {
    /** CONTINUE costs a quarter in runs, and each page mapped ahead saves a whole fault. */
    private static final int FAULT_AROUND_PAGES = 64;

    private final Uffd uffd;
    private final DestinationMemory memory;
    private final WaitingFaults waiting;
    private final FaultStatistics statistics;

    PageMapper(Uffd uffd, DestinationMemory memory, WaitingFaults waiting, FaultStatistics statistics) {
        this.uffd = uffd;
        this.memory = memory;
        this.waiting = waiting;
        this.statistics = statistics;
    }

    /** Answers the fault on a page, if somebody waits for it, now that its content is right. */
    void answer(int region, int page, FaultKind kind) {
        long key = WaitingFaults.key(region, page);
        if (waiting.contains(key) && map(region, page)) {
            long since = waiting.remove(key);
            if (since >= 0) {
                statistics.record(kind, System.nanoTime() - since);
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
        byte state = states.state(page);
        if (state == PageStates.CURRENT_ZERO && states.moveToMapped(page)) {
            return mapZero(memory.region(index), index, page);
        }
        if (state != PageStates.CURRENT) {
            return mapRun(memory.region(index), page, page + 1, state == PageStates.MAPPED);
        }
        int window = page / FAULT_AROUND_PAGES * FAULT_AROUND_PAGES;
        int first = states.runStart(page, window);
        int end = states.runEnd(page, Math.min(states.pageCount(), window + FAULT_AROUND_PAGES));
        for (int i = first; i < end; i++) {
            states.moveToMapped(i);
        }
        return mapRun(memory.region(index), first, end, false);
    }

    private boolean mapRun(GuestRegion region, int first, int end, boolean mayLackContent) {
        int shift = region.pageShift();
        int page = first;
        while (page < end) {
            long address = region.guestAddress() + ((long) page << shift);
            long done = uffd.continuePages(address, (long) (end - page) << shift, 0);
            if (done > 0) {
                page += (int) (done >> shift);
            } else if (done == -Uffd.EEXIST || done == -Uffd.ENOENT) {
                // Mapped by another thread, or unregistered meanwhile; the kernel wakes nobody then.
                uffd.wake(address, 1L << shift);
                page++;
            } else if (done == -Uffd.EAGAIN || (mayLackContent && done == -Uffd.EFAULT)) {
                return false; // another thread is about to make this zero page
            } else if (done == -Uffd.ESRCH) {
                throw new IllegalStateException("the guest process has gone");
            } else {
                throw new IllegalStateException("UFFDIO_CONTINUE of page " + page + " of " + region.name()
                        + ", which is current, failed with errno " + -done);
            }
        }
        return true;
    }

    private boolean mapZero(GuestRegion region, int index, int page) {
        long offset = (long) page << region.pageShift();
        long address = region.guestAddress() + offset;
        if (!region.file().pageSize().isHuge()) {
            long done = uffd.zeroPages(address, 1L << region.pageShift(), 0);
            if (done > 0) {
                return true;
            }
        } else {
            // ZEROPAGE does not exist for hugetlbfs: have the kernel make the page, then map it.
            memory.alias(index).populate(offset, 1L << region.pageShift());
        }
        return mapRun(region, page, page + 1, true);
    }
}
