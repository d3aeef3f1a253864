package dev.faultline.model;

import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import org.jspecify.annotations.Nullable;

/** Faults of hugetlbfs. Source: mm/hugetlb.c, hugetlb_fault and what it calls, Linux 6.18. */
final class HugeFaultHandler {
    private final Userfaults userfaults;
    private final HugePool pool;

    HugeFaultHandler(Userfaults userfaults, HugePool pool) {
        this.userfaults = userfaults;
        this.pool = pool;
    }

    void handle(Vma vma, Touch touch, @Nullable Pte pte) {
        touch.space().pages().allocateTable(touch.address());
        switch (pte) {
            case null -> fill(vma, touch, false);
            case Pte.Marker marker -> {
                if (marker.kind() == Pte.Marker.Kind.POISON) {
                    throw new SigbusException(touch.address(), true);
                }
                fill(vma, touch, true);
            }
            case Pte.Present present -> writeToReadOnly(vma, touch, present);
            case Pte.Swapped _ -> throw new IllegalStateException("huge pages are never in swap");
        }
    }

    /** mm/hugetlb.c, hugetlb_no_page. Unlike shmem, a private mapping leaves a hole of the file a hole. */
    private void fill(Vma vma, Touch touch, boolean isProtected) {
        PageCache cache = vma.cache();
        long index = vma.fileIndex(touch.address());
        Frame frame;
        boolean own = false;
        if (cache.isPresent(index)) {
            if (vma.has(Vma.MINOR)) {
                userfaults.raise(vma, touch, Vma.MINOR);
                return;
            }
            frame = new Frame.Cached(cache, index);
        } else {
            if (cache.isBeyondEnd(index)) {
                throw new SigbusException(touch.address(), false);
            }
            if (vma.has(Vma.MISSING)) {
                userfaults.raise(vma, touch, Vma.MISSING);
                return;
            }
            takePage(touch);
            own = !vma.isShared();
            frame = own ? ownPage(vma, touch) : filePage(cache, index);
        }
        boolean writable = (vma.isShared() || own) && vma.isWritable();
        Pte.Present present = new Pte.Present(frame, writable, false, own);
        touch.space().pages().set(vma.pageOf(touch.address()), isProtected ? present.protect() : present);
    }

    private void takePage(Touch touch) {
        if (!pool.take()) {
            throw new SigbusException(touch.address(), false);
        }
    }

    private static Frame ownPage(Vma vma, Touch touch) {
        touch.space().mappings().prepareIdentity(vma);
        return new Frame.Anonymous(Pages.HUGE_BYTES);
    }

    private static Frame filePage(PageCache cache, long index) {
        cache.makePresent(index);
        return new Frame.Cached(cache, index);
    }

    /**
     * mm/hugetlb.c, hugetlb_fault. Protection that outlived its registration, because the range was registered again
     * without it, is left to the userfaultfd that is not there any more: the store faults again and again.
     */
    private void writeToReadOnly(Vma vma, Touch touch, Pte.Present present) {
        Pte.Present entry = present;
        if (vma.has(Vma.WRITE_PROTECT) && entry.isProtected()) {
            if (!vma.isAsync()) {
                userfaults.raise(vma, touch, Vma.WRITE_PROTECT);
                return;
            }
            entry = entry.withoutProtection();
        } else if (entry.isProtected()) {
            throw new IllegalStateException(
                    "a store to a huge page that is protected, but not registered, runs for ever");
        }
        touch.space().pages().set(vma.pageOf(touch.address()), makeWritable(vma, touch, entry));
    }

    /** mm/hugetlb.c, hugetlb_wp. */
    private Pte.Present makeWritable(Vma vma, Touch touch, Pte.Present entry) {
        if (vma.isShared()) {
            return entry.withWritable(true);
        }
        boolean own = entry.frame() instanceof Frame.Anonymous anonymous && anonymous.mappings() == 1;
        if (own) {
            return new Pte.Present(entry.frame(), true, entry.isProtected(), true);
        }
        touch.space().mappings().prepareIdentity(vma);
        takePage(touch);
        return new Pte.Present(Frame.Anonymous.copyOf(entry.frame()), true, false, true);
    }
}
