package dev.faultline.model;

import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.PageTable;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.uffd.internal.linux.Errno;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Fills one huge page. Source: mm/userfaultfd.c, mfill_atomic_hugetlb; mm/hugetlb.c, hugetlb_mfill_atomic_pte, Linux 6.18.
 * Each step returns 0 or an errno.
 */
final class HugePageFill {
    private final Defect defect;
    private final HugePool pool;

    HugePageFill(Defect defect, HugePool pool) {
        this.defect = defect;
        this.pool = pool;
    }

    /** There is no huge page of zeros, and no part of a huge page. */
    static int check(Fill.Request request, Vma vma) {
        boolean aligned = Pages.isAligned(request.start() | request.lengthBytes(), vma.pageBytes());
        return request.kind() == Fill.Kind.ZEROPAGE || !aligned ? Errno.EINVAL : 0;
    }

    int fill(Fill.Request request, Vma vma, long offset, @Nullable MemorySegment content) {
        PageTable pages = request.context().space().pages();
        long address = request.start() + offset;
        pages.allocateTable(address);
        Pte old = pages.get(address);
        return switch (request.kind()) {
            case CONTINUE -> continueWith(request, vma, address, old);
            case POISON -> poison(pages, address, old);
            case COPY -> copy(request, vma, offset, content, old);
            case ZEROPAGE -> throw new IllegalStateException("refused before");
        };
    }

    /** The file is asked first: without its page it is EFAULT, even if a page of the process's own is mapped. */
    private int continueWith(Fill.Request request, Vma vma, long address, @Nullable Pte old) {
        PageCache cache = vma.cache();
        long index = vma.fileIndex(address);
        if (!cache.isPresent(index)) {
            if (defect != Defect.CONTINUE_ON_HOLE || cache.isBeyondEnd(index)) {
                return Errno.EFAULT;
            }
            cache.makePresent(index);
        }
        if (old instanceof Pte.Present) {
            return defect == Defect.WRONG_ERRNO ? Errno.EINVAL : Errno.EEXIST;
        }
        boolean writable = vma.isShared() && vma.isWritable();
        install(request, address, old, new Pte.Present(new Frame.Cached(cache, index), writable, false, false));
        return 0;
    }

    private static int poison(PageTable pages, long address, @Nullable Pte old) {
        if (old != null) {
            return Errno.EEXIST;
        }
        pages.set(address, Pte.Marker.POISONED);
        return 0;
    }

    private int copy(Fill.Request request, Vma vma, long offset, @Nullable MemorySegment content, @Nullable Pte old) {
        PageCache cache = vma.cache();
        long address = request.start() + offset;
        long index = vma.fileIndex(address);
        if (old instanceof Pte.Present || (vma.isShared() && cache.isPresent(index))) {
            return Errno.EEXIST;
        }
        if (pool.free() == 0) {
            return Errno.ENOMEM;
        }
        MemorySegment page = content;
        if (page == null) {
            page = MemorySegment.ofArray(new byte[(int) Pages.HUGE_BYTES]);
            Fill.Source source = request.source();
            if (source == null || !source.readAtOnce(offset, page)) {
                return Fill.SOURCE_NOT_READ;
            }
        }
        if (vma.isShared() && cache.isBeyondEnd(index)) {
            return Errno.EFAULT;
        }
        pool.take();
        install(
                request,
                address,
                old,
                new Pte.Present(newFrame(vma, index, page), vma.isWritable(), false, !vma.isShared()));
        return 0;
    }

    private static Frame newFrame(Vma vma, long index, MemorySegment content) {
        Frame frame;
        if (vma.isShared()) {
            vma.cache().makePresent(index);
            frame = new Frame.Cached(vma.cache(), index);
        } else {
            frame = new Frame.Anonymous(Pages.HUGE_BYTES);
        }
        frame.bytes().copyFrom(content);
        return frame;
    }

    private void install(Fill.Request request, long address, @Nullable Pte old, Pte.Present present) {
        boolean kept = defect == Defect.KEPT_WP_BIT && Pte.Marker.PROTECTED.equals(old);
        boolean isProtected = request.isProtected() || kept;
        request.context().space().pages().set(address, isProtected ? present.protect() : present);
    }
}
