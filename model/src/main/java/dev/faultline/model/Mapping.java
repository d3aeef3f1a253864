package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.memory.VmaTree;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** mmap, munmap and mprotect. Source: mm/mmap.c, mm/vma.c, mm/mprotect.c, Linux 6.18. Values or {@code -errno}. */
final class Mapping {
    private static final int KNOWN_PROTECTION = MapRequest.READ | MapRequest.WRITE | MapRequest.EXECUTE;

    private final Turns turns;
    private final Unmapping unmapping;
    private final HugePool pool;

    Mapping(Turns turns, Unmapping unmapping, HugePool pool) {
        this.turns = turns;
        this.unmapping = unmapping;
        this.pool = pool;
    }

    long map(ModelThread by, MapRequest request) {
        AddressSpace space = by.space();
        boolean huge = request.huge()
                || (request.file() != null && request.file().cache().isHuge());
        long pageBytes = huge ? Pages.HUGE_BYTES : Pages.BYTES;
        long length = Pages.roundUp(request.lengthBytes(), pageBytes);
        int errno = check(request, length, pageBytes);
        if (errno != 0) {
            return -errno;
        }
        space.lock().awaitReaders(turns);
        boolean fixed = request.placement() != MapRequest.Placement.ANYWHERE;
        long start = fixed ? request.address() : space.mappings().findGap(length, pageBytes);
        if (start < 0) {
            return -Errno.ENOMEM;
        }
        boolean occupied = fixed && !space.mappings().in(start, start + length).isEmpty();
        if (occupied && request.placement() == MapRequest.Placement.FIXED_NO_REPLACE) {
            return -Errno.EEXIST;
        }
        if (occupied && !Unmapping.isPossible(space, start, start + length)) {
            return -Errno.EINVAL;
        }
        if (huge && !request.noReserve() && lackingPages(request, length) > pool.free()) {
            return -Errno.ENOMEM;
        }
        List<Unmapping.Pending> pending = occupied ? unmapping.unmap(space, start, start + length) : List.of();
        insert(space, request, start, length, huge);
        unmapping.announce(by, pending);
        return start;
    }

    /** mm/hugetlb.c, hugetlb_reserve_pages: huge pages must be there when they are mapped. None is set aside in the model. */
    private static long lackingPages(MapRequest request, long length) {
        ModelFile file = request.file();
        long first = request.offset() / Pages.HUGE_BYTES;
        long lacking = 0;
        for (long index = first; index < first + length / Pages.HUGE_BYTES; index++) {
            boolean held = file != null && request.shared() && file.cache().isPresent(index);
            lacking += held ? 0 : 1;
        }
        return lacking;
    }

    private static int check(MapRequest request, long length, long pageBytes) {
        boolean fixed = request.placement() != MapRequest.Placement.ANYWHERE;
        if (length <= 0 || !Pages.isAligned(request.offset(), pageBytes)) {
            return Errno.EINVAL;
        }
        if (fixed && request.address() > Pages.TASK_SIZE - length) {
            return Errno.ENOMEM;
        }
        if (fixed && !Pages.isAligned(request.address(), pageBytes)) {
            return Errno.EINVAL;
        }
        if (fixed && request.address() < Pages.MIN_ADDRESS) {
            return Errno.EPERM;
        }
        boolean forbidden =
                request.readOnlyFile() && request.shared() && (request.protection() & MapRequest.WRITE) != 0;
        return forbidden ? Errno.EACCES : 0;
    }

    /** Memory without a file has one of its own if it is shared or of huge pages. */
    private static @Nullable PageCache file(MapRequest request, long length, boolean huge) {
        ModelFile file = request.file();
        if (file != null) {
            return file.cache();
        }
        if (huge) {
            return new PageCache("/anon_hugepage", length, Pages.HUGE_SHIFT);
        }
        return request.shared() ? new PageCache("/dev/zero", length, Pages.SHIFT) : null;
    }

    private static void insert(AddressSpace space, MapRequest request, long start, long length, boolean huge) {
        PageCache file = file(request, length, huge);
        long offset = file == null ? start : request.offset();
        if (file != null) {
            file.addMapper(space);
            extendHuge(file, request, offset + length);
        }
        boolean mayWrite = !(request.shared() && request.readOnlyFile());
        space.mappings()
                .insert(new Vma(
                        start,
                        start + length,
                        request.protection(),
                        request.shared(),
                        mayWrite,
                        file,
                        offset,
                        request.noReserve()));
    }

    /** fs/hugetlbfs/inode.c, hugetlbfs_file_mmap: a file of huge pages becomes as long as what may be written. */
    private static void extendHuge(PageCache file, MapRequest request, long end) {
        if (file.isHuge() && (request.protection() & MapRequest.WRITE) != 0 && end > file.lengthBytes()) {
            file.resize(end);
        }
    }

    long unmap(ModelThread by, long start, long lengthBytes) {
        long length = Pages.roundUp(lengthBytes, Pages.BYTES);
        if (!Pages.isAligned(start, Pages.BYTES)
                || length <= 0
                || start < 0
                || start > Pages.TASK_SIZE
                || length > Pages.TASK_SIZE - start) {
            return -Errno.EINVAL;
        }
        AddressSpace space = by.space();
        space.lock().awaitReaders(turns);
        if (!Unmapping.isPossible(space, start, start + length)) {
            return -Errno.EINVAL;
        }
        unmapping.announce(by, unmapping.unmap(space, start, start + length));
        return 0;
    }

    long protect(ModelThread by, long start, long lengthBytes, int protection) {
        if (!Pages.isAligned(start, Pages.BYTES) || (protection & ~KNOWN_PROTECTION) != 0) {
            return -Errno.EINVAL;
        }
        long length = Pages.roundUp(lengthBytes, Pages.BYTES);
        if (length == 0) {
            return 0;
        }
        if (length < 0 || start + length <= start) {
            return -Errno.ENOMEM;
        }
        AddressSpace space = by.space();
        space.lock().awaitReaders(turns);
        long end = start + length;
        long next = start;
        for (Vma vma : space.mappings().in(start, end)) {
            if (vma.start() > next) {
                return -Errno.ENOMEM;
            }
            long to = Math.min(end, vma.end());
            int errno = protectPart(space, vma, next, to, protection);
            if (errno != 0) {
                return -errno;
            }
            next = to;
        }
        return next < end ? -Errno.ENOMEM : 0;
    }

    private static int protectPart(AddressSpace space, Vma vma, long from, long to, int protection) {
        boolean writable = (protection & MapRequest.WRITE) != 0;
        if (writable && !vma.mayWrite()) {
            return Errno.EACCES;
        }
        if (!VmaTree.canSplit(vma, from) || !VmaTree.canSplit(vma, to)) {
            return Errno.EINVAL;
        }
        if (vma.protection() != protection) {
            setWritable(space, vma, from, to, writable);
            space.mappings().modify(vma, from, to, part -> part.setProtection(protection));
        }
        return 0;
    }

    /** mm/mprotect.c, change_pte_range: entries lose their permission at once, and get it back when they need no fault. */
    private static void setWritable(AddressSpace space, Vma vma, long from, long to, boolean writable) {
        for (long address = from; address < to; address += vma.pageBytes()) {
            if (space.pages().get(address) instanceof Pte.Present present) {
                boolean own = present.exclusive() && present.frame() instanceof Frame.Anonymous;
                boolean allowed = writable && !present.isProtected() && (vma.isShared() || own);
                space.pages().set(address, present.withWritable(allowed));
            }
        }
    }
}
