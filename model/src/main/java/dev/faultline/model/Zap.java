package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.PageTable;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes pages out of page tables. Source: mm/memory.c, zap_pte_range; mm/hugetlb.c, __unmap_hugepage_range, Linux 6.18. */
final class Zap {
    /** What is taken out. */
    enum Extent {
        /** Pages that the file has, for a punched hole: not copies, poison or marks. */
        FILE_PAGES,
        /** All pages and poison, for MADV_DONTNEED and a shorter file; marks of protection stay on files. */
        PAGES,
        /** Everything: the mapping goes. */
        ALL
    }

    private final HugePool pool;

    Zap(HugePool pool) {
        this.pool = pool;
    }

    void range(AddressSpace space, Vma vma, long from, long to, Extent extent) {
        PageTable pages = space.pages();
        for (long address = from; address < to; address += vma.pageBytes()) {
            Pte old = pages.get(address);
            if (old != null) {
                Pte left = vma.isHuge() ? remainsOfHuge(old, extent) : remains(vma, old, extent);
                if (!old.equals(left)) {
                    pages.set(address, left);
                    giveBack(old);
                }
            }
        }
    }

    /** A page of the file is the file's to give back. */
    private void giveBack(Pte old) {
        if (old instanceof Pte.Present present
                && present.frame() instanceof Frame.Anonymous anonymous
                && anonymous.mappings() == 0
                && anonymous.bytes().byteSize() == Pages.HUGE_BYTES) {
            pool.giveBack(1);
        }
    }

    private static @Nullable Pte remains(Vma vma, Pte pte, Extent extent) {
        return switch (pte) {
            case Pte.Present present ->
                extent == Extent.FILE_PAGES && present.frame() instanceof Frame.Anonymous
                        ? pte
                        : mark(vma, pte, extent);
            case Pte.Swapped _ -> extent == Extent.FILE_PAGES ? pte : mark(vma, pte, extent);
            case Pte.Marker marker ->
                switch (marker.kind()) {
                    case PROTECTION -> vma.isAnonymous() || extent == Extent.ALL ? null : pte;
                    case POISON -> extent == Extent.FILE_PAGES ? pte : mark(vma, pte, extent);
                    case GUARD -> extent == Extent.ALL ? null : pte;
                };
        };
    }

    /** mm/memory.c, zap_install_uffd_wp_if_needed: memory of files stays protected without its page. */
    private static @Nullable Pte mark(Vma vma, Pte pte, Extent extent) {
        boolean marked = pte.isProtected() && vma.has(Vma.WRITE_PROTECT) && !vma.isAnonymous() && extent != Extent.ALL;
        return marked ? Pte.Marker.PROTECTED : null;
    }

    private static @Nullable Pte remainsOfHuge(Pte pte, Extent extent) {
        return pte.isProtected() && extent != Extent.ALL ? Pte.Marker.PROTECTED : null;
    }

    /** Takes a range of a file out of all page tables. Source: mm/memory.c, unmap_mapping_range. */
    void file(PageCache cache, long fromOffset, long toOffset, Extent extent) {
        for (AddressSpace space : List.copyOf(cache.mappers())) {
            for (Vma vma : List.copyOf(space.mappings().all())) {
                if (vma.file() == cache) {
                    long from = Math.max(vma.start(), vma.addressOfOffset(fromOffset));
                    long to = Math.min(vma.end(), saturated(vma, toOffset));
                    range(space, vma, from, to, extent);
                }
            }
        }
    }

    private static long saturated(Vma vma, long offset) {
        return offset == Long.MAX_VALUE ? vma.end() : vma.addressOfOffset(offset);
    }
}
