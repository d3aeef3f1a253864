package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.PageTable;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Turns;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Resolves a page fault, or has it reported; either way the access is then tried again. Source: mm/memory.c,
 * handle_pte_fault and what it calls, Linux 6.18. Huge pages are {@link HugeFaultHandler}'s.
 */
final class FaultHandler {
    private static final long FAULT_AROUND_PAGES = 16;

    private final Userfaults userfaults;
    private final HugeFaultHandler huge;
    private final Turns turns;

    FaultHandler(Userfaults userfaults, HugePool pool, Turns turns) {
        this.userfaults = userfaults;
        this.turns = turns;
        huge = new HugeFaultHandler(userfaults, pool);
    }

    /** Finds the frame that a touch reaches, through as many faults as it takes. */
    Frame reach(Touch touch) {
        AddressSpace space = touch.space();
        while (true) {
            touch.by().requireAlive();
            Vma vma = space.mappings().find(touch.address());
            if (vma == null || !isAllowed(vma, touch)) {
                throw new SegfaultException(touch.address());
            }
            if (space.pages().isBeingCopied(touch.address())) {
                missDuringCopy(vma, touch);
                continue;
            }
            Pte pte = space.pages().get(vma.pageOf(touch.address()));
            if (pte instanceof Pte.Present present && (!touch.write() || present.writable())) {
                if (touch.write() && present.frame() instanceof Frame.Cached(PageCache cache, long index)) {
                    cache.markDirty(index);
                }
                return present.frame();
            }
            if (vma.isHuge()) {
                huge.handle(vma, touch, pte);
            } else {
                handle(vma, touch, pte);
            }
        }
    }

    /**
     * A touch of a page that another thread is about to copy finds no entry, and takes the page for one that was never
     * mapped: do_fault asks the file without looking at the entry again. So a page that is mapped can be reported as missing,
     * once more; whoever fills it gets EEXIST, and the thread waits for a wake. Source: mm/memory.c, do_fault and
     * wp_page_copy; fs/userfaultfd.c, userfaultfd_must_wait. Private anonymous memory looks again.
     */
    private void missDuringCopy(Vma vma, Touch touch) {
        PageCache cache = vma.cache();
        long index = vma.fileIndex(touch.address());
        int reason = cache.holds(index) ? Vma.MINOR : Vma.MISSING;
        if (vma.has(reason) && !cache.isBeyondEnd(index)) {
            userfaults.raise(vma, touch, reason);
        } else {
            turns.point("finds the page being copied");
        }
    }

    /** A mapping that may be written may be read on this processor. */
    private static boolean isAllowed(Vma vma, Touch touch) {
        if (touch.write()) {
            return vma.isWritable();
        }
        int readable = touch.origin() == Touch.Origin.POPULATE ? Vma.READ : Vma.READ | Vma.WRITE | Vma.EXECUTE;
        return (vma.protection() & readable) != 0;
    }

    private void handle(Vma vma, Touch touch, @Nullable Pte pte) {
        switch (pte) {
            case null -> fill(vma, touch, false);
            case Pte.Marker marker -> handleMarker(vma, touch, marker);
            case Pte.Swapped swapped -> swapIn(vma, touch, swapped);
            case Pte.Present present -> writeToReadOnly(vma, touch, present);
        }
    }

    /** mm/memory.c, handle_pte_marker. A mark that outlived its registration is wiped. */
    private void handleMarker(Vma vma, Touch touch, Pte.Marker marker) {
        switch (marker.kind()) {
            case POISON -> throw new SigbusException(touch.address(), true);
            case GUARD -> throw new SegfaultException(touch.address());
            case PROTECTION -> {
                if (vma.has(Vma.WRITE_PROTECT)) {
                    fill(vma, touch, true);
                } else {
                    touch.space().pages().set(vma.pageOf(touch.address()), null);
                }
            }
        }
    }

    /** mm/memory.c, do_pte_missing: nothing is mapped yet. */
    private void fill(Vma vma, Touch touch, boolean isProtected) {
        if (vma.isAnonymous()) {
            fillAnonymous(vma, touch, isProtected);
        } else if (!touch.write()) {
            fillForReading(vma, touch, isProtected);
        } else if (vma.isShared()) {
            fillShared(vma, touch, isProtected);
        } else {
            fillWithCopy(vma, touch, isProtected);
        }
    }

    /** mm/memory.c, do_anonymous_page. */
    private void fillAnonymous(Vma vma, Touch touch, boolean isProtected) {
        touch.space().pages().allocateTable(touch.address());
        if (touch.write()) {
            touch.space().mappings().prepareIdentity(vma);
        }
        if (vma.has(Vma.MISSING)) {
            userfaults.raise(vma, touch, Vma.MISSING);
        } else if (touch.write()) {
            map(vma, touch, new Pte.Present(new Frame.Anonymous(Pages.BYTES), true, false, true), isProtected);
        } else {
            map(vma, touch, new Pte.Present(Frame.Zero.PAGE, false, false, false), isProtected);
        }
    }

    /** mm/memory.c, do_read_fault. */
    private void fillForReading(Vma vma, Touch touch, boolean isProtected) {
        if (!vma.has(Vma.WRITE_PROTECT | Vma.MINOR)) {
            // The kernel has seen that the entry is empty, and looks around also if another thread has filled it since.
            turns.point("found no entry");
            if (touch.space().mappings().find(touch.address()) != vma || vma.has(Vma.WRITE_PROTECT | Vma.MINOR)) {
                return;
            }
            faultAround(vma, touch);
            if (touch.space().pages().get(vma.pageOf(touch.address())) instanceof Pte.Present) {
                return;
            }
        }
        if (fetch(vma, touch)) {
            boolean writable = vma.isShared() && vma.isWritable() && !vma.has(Vma.WRITE_PROTECT);
            map(vma, touch, new Pte.Present(cached(vma, touch.address()), writable, false, false), isProtected);
        }
    }

    /**
     * Maps what the file holds around a page that is read: 16 pages from a multiple of 64 KiB, or from the mapping's
     * start. Never where minor faults or write protection are registered. Source: mm/memory.c, do_fault_around;
     * mm/filemap.c, filemap_map_pages.
     */
    private static void faultAround(Vma vma, Touch touch) {
        PageTable pages = touch.space().pages();
        long page = vma.pageOf(touch.address());
        long tableStart = Pages.roundDown(page, Pages.HUGE_BYTES);
        long first = Math.max(Pages.roundDown(page, FAULT_AROUND_PAGES * Pages.BYTES), vma.start());
        long end =
                Math.min(first + FAULT_AROUND_PAGES * Pages.BYTES, Math.min(tableStart + Pages.HUGE_BYTES, vma.end()));
        boolean writable = vma.isShared() && vma.isWritable();
        for (long address = first; address < end; address += Pages.BYTES) {
            long index = vma.fileIndex(address);
            PageCache cache = vma.cache();
            boolean ready = cache.isPresent(index) && cache.isUpToDate(index) && !cache.isBeyondEnd(index);
            if (ready && pages.get(address) == null) {
                pages.set(address, new Pte.Present(cached(vma, address), writable, false, false));
            }
        }
    }

    /** mm/memory.c, do_shared_fault. */
    private void fillShared(Vma vma, Touch touch, boolean isProtected) {
        if (fetch(vma, touch)) {
            map(vma, touch, new Pte.Present(cached(vma, touch.address()), true, false, false), isProtected);
        }
    }

    /** mm/memory.c, do_cow_fault. */
    private void fillWithCopy(Vma vma, Touch touch, boolean isProtected) {
        touch.space().mappings().prepareIdentity(vma);
        if (fetch(vma, touch)) {
            Frame copy = Frame.Anonymous.copyOf(cached(vma, touch.address()));
            map(vma, touch, new Pte.Present(copy, true, false, true), isProtected);
        }
    }

    /**
     * Gets the page into the file, unless somebody wants to know of it: then it is reported first. A page in swap is one
     * that the file holds. Source: mm/shmem.c, shmem_get_folio_gfp.
     *
     * @return whether the file holds it now and it can be mapped
     */
    private boolean fetch(Vma vma, Touch touch) {
        PageCache cache = vma.cache();
        long index = vma.fileIndex(touch.address());
        if (cache.isBeyondEnd(index)) {
            throw new SigbusException(touch.address(), false);
        }
        boolean held = cache.holds(index);
        if (held && vma.has(Vma.MINOR)) {
            userfaults.raise(vma, touch, Vma.MINOR);
            return false;
        }
        if (!held && vma.has(Vma.MISSING)) {
            userfaults.raise(vma, touch, Vma.MISSING);
            return false;
        }
        cache.makePresent(index);
        return isUndisturbed(vma, touch);
    }

    /**
     * {@return whether the entry, the mapping and the file are what they were before others had a turn} Who finds the page in
     * the file meanwhile is told of it; and what protects the page meanwhile has the fault begin again. Source: mm/memory.c,
     * finish_fault.
     */
    private boolean isUndisturbed(Vma vma, Touch touch) {
        PageTable pages = touch.space().pages();
        Pte before = pages.get(vma.pageOf(touch.address()));
        turns.point("has the file's page");
        return Objects.equals(before, pages.get(vma.pageOf(touch.address())))
                && touch.space().mappings().find(touch.address()) == vma
                && vma.cache().isPresent(vma.fileIndex(touch.address()));
    }

    private static Frame.Cached cached(Vma vma, long address) {
        return new Frame.Cached(vma.cache(), vma.fileIndex(address));
    }

    /** Sets the entry; a mark that was there is kept. */
    private static void map(Vma vma, Touch touch, Pte.Present present, boolean isProtected) {
        touch.space().pages().set(vma.pageOf(touch.address()), isProtected ? present.protect() : present);
    }

    /** mm/memory.c, do_swap_page. The uffd-wp bit comes back with the page. */
    private static void swapIn(Vma vma, Touch touch, Pte.Swapped swapped) {
        boolean exclusive = swapped.exclusive() || swapped.frame().mappings() == 1;
        boolean writable = touch.write() && exclusive && !swapped.isProtected();
        Pte.Present present = new Pte.Present(swapped.frame(), writable, swapped.isProtected(), exclusive);
        touch.space().pages().set(vma.pageOf(touch.address()), present);
    }

    /** mm/memory.c, do_wp_page: write protection first, then copying what others can see. */
    private void writeToReadOnly(Vma vma, Touch touch, Pte.Present present) {
        Pte.Present entry = present;
        if (vma.has(Vma.WRITE_PROTECT) && entry.isProtected()) {
            if (!vma.isAsync()) {
                userfaults.raise(vma, touch, Vma.WRITE_PROTECT);
                return;
            }
            entry = entry.withoutProtection();
        }
        if (!vma.isShared() && !vma.isAnonymous() && !isOwn(entry) && !isCopiedInPeace(vma, touch, present)) {
            return;
        }
        touch.space().pages().set(vma.pageOf(touch.address()), makeWritable(vma, touch, entry));
    }

    /** {@return whether a page of a file's mapping could be copied, and is still what it was} */
    private boolean isCopiedInPeace(Vma vma, Touch touch, Pte.Present present) {
        PageTable pages = touch.space().pages();
        pages.beginCopy(touch.address());
        turns.point("copies a page");
        pages.endCopy(touch.address());
        return present.equals(pages.get(vma.pageOf(touch.address())))
                && touch.space().mappings().find(touch.address()) == vma;
    }

    private static boolean isOwn(Pte.Present entry) {
        return entry.frame() instanceof Frame.Anonymous anonymous && (entry.exclusive() || anonymous.mappings() == 1);
    }

    private static Pte.Present makeWritable(Vma vma, Touch touch, Pte.Present entry) {
        if (vma.isShared()) {
            return entry.withWritable(true);
        }
        touch.space().mappings().prepareIdentity(vma);
        return isOwn(entry)
                ? new Pte.Present(entry.frame(), true, entry.isProtected(), true)
                : new Pte.Present(Frame.Anonymous.copyOf(entry.frame()), true, false, true);
    }
}
