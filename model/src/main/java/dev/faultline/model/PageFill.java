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
 * Fills one page of 4 KiB. Source: mm/userfaultfd.c, mfill_atomic_pte and what it calls; mm/shmem.c,
 * shmem_mfill_atomic_pte, Linux 6.18. Each step returns 0 or an errno.
 */
final class PageFill {
    private final Defect defect;

    PageFill(Defect defect) {
        this.defect = defect;
    }

    /** CONTINUE maps what a file holds, and anonymous memory has none. */
    static int check(Fill.Request request, Vma vma) {
        return request.kind() == Fill.Kind.CONTINUE && vma.isAnonymous() ? Errno.EINVAL : 0;
    }

    int fill(Fill.Request request, Vma vma, long offset, @Nullable MemorySegment content) {
        long address = request.start() + offset;
        pages(request).allocateTable(address);
        return switch (request.kind()) {
            case CONTINUE -> continueWith(request, vma, address);
            case POISON -> setIfNone(request, vma, address, Pte.Marker.POISONED);
            case ZEROPAGE ->
                vma.isShared()
                        ? fillFile(request, vma, address, null)
                        : setIfNone(request, vma, address, new Pte.Present(Frame.Zero.PAGE, false, false, false));
            case COPY -> copy(request, vma, offset, content);
        };
    }

    private static PageTable pages(Fill.Request request) {
        return request.context().space().pages();
    }

    /** mfill_atomic_pte_continue: behind the end of the file it is EINVAL, on a hole EFAULT. */
    private int continueWith(Fill.Request request, Vma vma, long address) {
        PageCache cache = vma.cache();
        long index = vma.fileIndex(address);
        if (cache.isBeyondEnd(index)) {
            return Errno.EINVAL;
        }
        if (!cache.holds(index) && defect != Defect.CONTINUE_ON_HOLE) {
            return Errno.EFAULT;
        }
        cache.makePresent(index);
        int errno = install(request, vma, address, new Frame.Cached(cache, index));
        return errno == Errno.EEXIST && defect == Defect.WRONG_ERRNO ? Errno.EINVAL : errno;
    }

    /** mfill_atomic_pte_poison and mfill_atomic_pte_zeropage: only where nothing is, not even a mark. */
    private static int setIfNone(Fill.Request request, Vma vma, long address, Pte pte) {
        if (vma.isBeyondFile(address)) {
            return Errno.EFAULT;
        }
        if (pages(request).get(address) != null) {
            return Errno.EEXIST;
        }
        pages(request).set(address, pte);
        return 0;
    }

    private int copy(Fill.Request request, Vma vma, long offset, @Nullable MemorySegment content) {
        MemorySegment page = content;
        if (page == null) {
            page = MemorySegment.ofArray(new byte[(int) Pages.BYTES]);
            Fill.Source source = request.source();
            if (source == null || !source.readAtOnce(offset, page)) {
                return Fill.SOURCE_NOT_READ;
            }
        }
        long address = request.start() + offset;
        if (vma.isShared()) {
            return fillFile(request, vma, address, page);
        }
        Frame.Anonymous frame = new Frame.Anonymous(Pages.BYTES);
        frame.bytes().copyFrom(page);
        return install(request, vma, address, frame);
    }

    /** shmem_mfill_atomic_pte: a new page of the file, if it has none. */
    private int fillFile(Fill.Request request, Vma vma, long address, @Nullable MemorySegment content) {
        PageCache cache = vma.cache();
        long index = vma.fileIndex(address);
        if (cache.isBeyondEnd(index)) {
            return Errno.EFAULT;
        }
        if (cache.holds(index)) {
            return Errno.EEXIST;
        }
        cache.makePresent(index);
        if (content != null) {
            cache.page(index).copyFrom(content);
        }
        int errno = install(request, vma, address, new Frame.Cached(cache, index));
        if (errno != 0) {
            cache.drop(index);
        }
        return errno;
    }

    /**
     * mfill_atomic_install_pte: a mark is replaced, even a guard, and forgotten unless the call protects the page itself. A page of the
     * file comes read-only to a private mapping.
     */
    private int install(Fill.Request request, Vma vma, long address, Frame frame) {
        if (vma.isBeyondFile(address)) {
            return Errno.EFAULT;
        }
        Pte old = pages(request).get(address);
        if (old != null && !(old instanceof Pte.Marker)) {
            return Errno.EEXIST;
        }
        boolean own = frame instanceof Frame.Anonymous;
        if (!own) {
            vma.cache().markDirty(vma.fileIndex(address));
        }
        Pte.Present present = new Pte.Present(frame, vma.isWritable() && (own || vma.isShared()), false, own);
        boolean kept = defect == Defect.KEPT_WP_BIT && Pte.Marker.PROTECTED.equals(old);
        pages(request).set(address, request.isProtected() || kept ? present.protect() : present);
        return 0;
    }
}
