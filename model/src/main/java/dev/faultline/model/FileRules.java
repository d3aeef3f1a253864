package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.PageTable;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import java.util.ArrayList;
import java.util.List;

/** Truncating, punching, allocating and reclaiming pages of files. Source: mm/shmem.c, fs/hugetlbfs/inode.c, Linux 6.18. */
final class FileRules {
    private final Zap zap;
    private final HugePool pool;

    FileRules(Zap zap, HugePool pool) {
        this.zap = zap;
        this.pool = pool;
    }

    /** FALLOC_FL_PUNCH_HOLE: whole pages go, parts of pages become zeros. */
    void punchHole(PageCache cache, long offset, long lengthBytes) {
        long end = Math.min(offset + lengthBytes, cache.capacityBytes());
        long first = Pages.roundUp(offset, cache.pageBytes());
        long last = Pages.roundDown(end, cache.pageBytes());
        if (first < last) {
            zap.file(cache, first, last, Zap.Extent.FILE_PAGES);
            drop(cache, first / cache.pageBytes(), last / cache.pageBytes());
        }
        zero(cache, offset, Math.min(first, end));
        zero(cache, Math.max(last, offset), end);
    }

    private static void zero(PageCache cache, long from, long to) {
        for (long at = from; at < to; ) {
            long index = at / cache.pageBytes();
            long count = Math.min(to, (index + 1) * cache.pageBytes()) - at;
            cache.page(index).asSlice(at % cache.pageBytes(), count).fill((byte) 0);
            at += count;
        }
    }

    private void drop(PageCache cache, long first, long end) {
        for (long index = first; index < end; index++) {
            if (cache.isHuge() && cache.isPresent(index)) {
                pool.giveBack(1);
            }
            cache.drop(index);
        }
    }

    /**
     * ftruncate: what lies behind the new end goes, private copies too. Of huge pages always, also if the length stays as
     * it is: fs/hugetlbfs/inode.c, hugetlb_vmtruncate.
     */
    void resize(PageCache cache, long newLengthBytes) {
        long oldPages = cache.pageCount();
        long oldLength = cache.lengthBytes();
        cache.resize(newLengthBytes);
        long firstGone = Pages.roundUp(newLengthBytes, cache.pageBytes());
        if (cache.isHuge()) {
            zap.file(cache, firstGone, Long.MAX_VALUE, Zap.Extent.ALL);
        }
        if (newLengthBytes < oldLength) {
            if (!cache.isHuge()) {
                zap.file(cache, firstGone, Long.MAX_VALUE, Zap.Extent.PAGES);
            }
            drop(cache, cache.pageCount(), oldPages);
            zero(cache, newLengthBytes, Math.min(cache.pageCount() * cache.pageBytes(), oldLength));
        }
    }

    /** fallocate: pages of shmem without content, which the next one finds and clears; huge pages of zeros. {@return whether there were enough} */
    boolean allocate(PageCache cache, long offset, long lengthBytes) {
        long end = offset + lengthBytes;
        if (end > cache.lengthBytes()) {
            cache.resize(end);
        }
        long last = (end + cache.pageBytes() - 1) / cache.pageBytes();
        for (long index = offset / cache.pageBytes(); index < last; index++) {
            if (!cache.holds(index)) {
                if (cache.isHuge()) {
                    if (!pool.take()) {
                        return false;
                    }
                    cache.makePresent(index);
                } else {
                    cache.allocateOnly(index);
                }
            } else {
                cache.makePresent(index);
                cache.markDirty(index);
            }
        }
        return true;
    }

    /** Makes a page for somebody who reads or writes through an alias. {@return whether there was one} */
    boolean instantiate(PageCache cache, long index, boolean write) {
        if (!cache.holds(index) && cache.isHuge() && !pool.take()) {
            return false;
        }
        cache.makePresent(index);
        if (write) {
            cache.markDirty(index);
        }
        return true;
    }

    /** An entry of a page table. */
    private record Place(AddressSpace space, Vma vma, long address) {}

    private static List<Place> mappingsOf(PageCache cache, long index) {
        List<Place> found = new ArrayList<>();
        for (AddressSpace space : cache.mappers()) {
            for (Vma vma : space.mappings().all()) {
                long address = vma.addressOfOffset(index * cache.pageBytes());
                boolean maps = vma.file() == cache
                        && vma.contains(address)
                        && space.pages().get(address) instanceof Pte.Present present
                        && present.frame() instanceof Frame.Cached;
                if (maps) {
                    found.add(new Place(space, vma, address));
                }
            }
        }
        return found;
    }

    /** mm/rmap.c, try_to_unmap: the entries go; those that were protected leave a mark. */
    void swapOut(PageCache cache, long index) {
        for (Place place : mappingsOf(cache, index)) {
            zap.range(place.space(), place.vma(), place.address(), place.address() + Pages.BYTES, Zap.Extent.PAGES);
        }
        cache.swapOut(index);
    }

    /** Puts one mapped page into swap, if nobody else has it mapped. */
    void pageOut(AddressSpace space, long address, Pte.Present present) {
        PageTable pages = space.pages();
        switch (present.frame()) {
            case Frame.Anonymous anonymous -> {
                if (anonymous.mappings() == 1) {
                    pages.set(address, new Pte.Swapped(anonymous, present.isProtected(), present.exclusive()));
                }
            }
            case Frame.Cached(PageCache cache, long index) -> {
                if (mappingsOf(cache, index).size() == 1) {
                    swapOut(cache, index);
                }
            }
            case Frame.Zero _ -> {}
        }
    }
}
