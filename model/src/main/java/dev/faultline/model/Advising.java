package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.memory.VmaTree;
import dev.faultline.uffd.internal.linux.Errno;
import org.jspecify.annotations.Nullable;

/** madvise. Source: mm/madvise.c, Linux 6.18. Values or {@code -errno}. */
final class Advising {
    private static final int EHWPOISON = 133;

    private final ModelKernel kernel;
    private final Events events;
    private final Zap zap;
    private final Access access;

    Advising(ModelKernel kernel, Events events, Zap zap, Access access) {
        this.kernel = kernel;
        this.events = events;
        this.zap = zap;
        this.access = access;
    }

    /** madvise_walk_vmas: goes on over holes, and tells of them at the end. */
    long advise(ModelThread by, long start, long lengthBytes, Advice advice) {
        long length = Pages.roundUp(lengthBytes, Pages.BYTES);
        if (!Pages.isAligned(start, Pages.BYTES) || length < lengthBytes || start + length < start) {
            return -Errno.EINVAL;
        }
        long end = start + length;
        long next = start;
        boolean hole = false;
        while (next < end) {
            Vma vma = firstFrom(by.space(), next, end);
            if (vma == null) {
                return -Errno.ENOMEM;
            }
            if (vma.start() > next) {
                if (isPopulating(advice)) {
                    return -Errno.ENOMEM;
                }
                hole = true;
                next = vma.start();
            }
            Part part = new Part(vma, next, Math.min(end, vma.end()));
            int errno = advisePart(by, part, advice);
            if (errno != 0) {
                return -errno;
            }
            next = part.next;
        }
        return hole ? -Errno.ENOMEM : 0;
    }

    private static @Nullable Vma firstFrom(AddressSpace space, long start, long end) {
        var found = space.mappings().in(start, end);
        return found.isEmpty() ? null : found.getFirst();
    }

    private static boolean isPopulating(Advice advice) {
        return advice == Advice.POPULATE_READ || advice == Advice.POPULATE_WRITE;
    }

    /** The part of a range that lies in one mapping. */
    private static final class Part {
        private final Vma vma;
        private final long from;
        private final long to;
        /** Where the next part begins: earlier than it was to, if mappings changed while an event was waited for. */
        private long next;

        Part(Vma vma, long from, long to) {
            this.vma = vma;
            this.from = from;
            this.to = to;
            next = to;
        }
    }

    private int advisePart(ModelThread by, Part part, Advice advice) {
        Vma vma = part.vma;
        long from = part.from;
        long to = part.to;
        return switch (advice) {
            case DONTNEED, DONTNEED_LOCKED, FREE -> dontNeed(by, part, advice);
            case REMOVE -> remove(by, vma, from, to);
            case POPULATE_READ -> populate(by, vma, from, to, false);
            case POPULATE_WRITE -> populate(by, vma, from, to, true);
            case PAGEOUT -> pageOut(by.space(), vma, from, to);
            case WILLNEED -> 0;
            case COLLAPSE -> collapse(by.space(), vma, from, to);
            case DONTFORK -> setDontFork(by, vma, from, to, true);
            case DOFORK -> setDontFork(by, vma, from, to, false);
            case GUARD_INSTALL -> installGuards(by.space(), vma, from, to);
            case GUARD_REMOVE -> removeGuards(by.space(), vma, from, to);
        };
    }

    /**
     * madvise_dontneed_free: announced first; what is mapped there afterwards is looked at anew. Of huge pages the length
     * is rounded down.
     */
    private int dontNeed(ModelThread by, Part part, Advice advice) {
        AddressSpace space = by.space();
        long from = part.from;
        long end = usableEnd(part.vma, from, part.to, advice);
        if (end <= from) {
            return end < from ? Errno.EINVAL : 0;
        }
        Vma vma = part.vma;
        boolean silent = kernel.defect() == Defect.MISSED_REMOVE && advice == Advice.DONTNEED;
        if (!silent && events.remove(by, vma, from, end)) {
            vma = space.mappings().find(from);
            if (vma == null) {
                return Errno.ENOMEM;
            }
            end = usableEnd(vma, from, Math.min(end, vma.end()), advice);
            part.next = end;
            if (end <= from) {
                return end < from ? Errno.EINVAL : 0;
            }
        }
        if (advice == Advice.FREE) {
            return free(space, vma, from, end);
        }
        zap.range(space, vma, from, end, Zap.Extent.PAGES);
        return 0;
    }

    /** madvise_dontneed_free_valid_vma: {@return the end, of huge pages rounded down, or -1 if the start is not aligned} */
    private static long usableEnd(Vma vma, long from, long to, Advice advice) {
        if (!vma.isHuge()) {
            return to;
        }
        boolean valid = advice != Advice.FREE && Pages.isAligned(from, vma.pageBytes());
        return valid ? Pages.roundDown(to, vma.pageBytes()) : -1;
    }

    /** madvise_free_single_vma: of anonymous memory only, and at once only what is in swap or poisoned. */
    private static int free(AddressSpace space, Vma vma, long from, long to) {
        if (!vma.isAnonymous()) {
            return Errno.EINVAL;
        }
        for (long address = from; address < to; address += Pages.BYTES) {
            Pte pte = space.pages().get(address);
            if (pte instanceof Pte.Swapped || isMarker(pte, Pte.Marker.Kind.POISON)) {
                space.pages().set(address, null);
            }
        }
        return 0;
    }

    private static boolean isMarker(@Nullable Pte pte, Pte.Marker.Kind kind) {
        return pte instanceof Pte.Marker marker && marker.kind() == kind;
    }

    /** madvise_remove. */
    private int remove(ModelThread by, Vma vma, long from, long to) {
        if (vma.isAnonymous()) {
            return Errno.EINVAL;
        }
        if (!vma.isShared() || !vma.mayWrite()) {
            return Errno.EACCES;
        }
        long offset = vma.addressOfOffset(0);
        events.remove(by, vma, from, to);
        kernel.files().punchHole(vma.cache(), from - offset, to - from);
        return 0;
    }

    /** madvise_populate: what is mapped is looked at again after each wait. */
    private int populate(ModelThread by, Vma vma, long from, long to, boolean write) {
        if (!allows(vma, write)) {
            return Errno.EINVAL;
        }
        long address = from;
        try {
            for (; address < to; address += Pages.BYTES) {
                access.populate(by, address, write);
            }
            return 0;
        } catch (SigbusException e) {
            return e.isPoisoned() ? EHWPOISON : Errno.EFAULT;
        } catch (SegfaultException _) {
            Vma now = by.space().mappings().find(address);
            if (now == null) {
                return Errno.ENOMEM;
            }
            return allows(now, write) ? Errno.EFAULT : Errno.EINVAL;
        }
    }

    private static boolean allows(Vma vma, boolean write) {
        return write ? vma.isWritable() : (vma.protection() & Vma.READ) != 0;
    }

    /** madvise_pageout: pages that nobody else has mapped. Protection stays, in the entry or as a mark. */
    private int pageOut(AddressSpace space, Vma vma, long from, long to) {
        if (!kernel.hasSwap() || vma.isHuge()) {
            return vma.isHuge() ? Errno.EINVAL : 0;
        }
        for (long address = from; address < to; address += Pages.BYTES) {
            if (space.pages().get(address) instanceof Pte.Present present) {
                kernel.files().pageOut(space, address, present);
            }
        }
        return 0;
    }

    private static int collapse(AddressSpace space, Vma vma, long from, long to) {
        if (!vma.isShmem()) {
            return Errno.EINVAL;
        }
        long first = Pages.roundUp(from, Pages.HUGE_BYTES);
        long last = Pages.roundDown(to, Pages.HUGE_BYTES);
        for (long address = first; address < last; address += Pages.BYTES) {
            long index = vma.fileIndex(address);
            if (!vma.isBeyondFile(address) && space.pages().get(address) == null) {
                vma.cache().makePresent(index);
                boolean writable = vma.isShared() && vma.isWritable();
                Frame frame = new Frame.Cached(vma.cache(), index);
                space.pages().set(address, new Pte.Present(frame, writable, false, false));
            }
        }
        return 0;
    }

    private int setDontFork(ModelThread by, Vma vma, long from, long to, boolean dontFork) {
        AddressSpace space = by.space();
        space.lock().awaitReaders(kernel.turns());
        if (!VmaTree.canSplit(vma, from) || !VmaTree.canSplit(vma, to)) {
            return Errno.EINVAL;
        }
        if (vma.isDontFork() != dontFork) {
            space.mappings().modify(vma, from, to, part -> part.setDontFork(dontFork));
        }
        return 0;
    }

    /**
     * madvise_guard_install: no event, but the pages go. Where that leaves a mark of protection, as on files, the kernel
     * starts again, and finds the mark again.
     */
    private int installGuards(AddressSpace space, Vma vma, long from, long to) {
        if (vma.isHuge()) {
            return Errno.EINVAL;
        }
        if (vma.isAnonymous()) {
            space.mappings().prepareIdentity(vma);
        }
        vma.setGuarded();
        zap.range(space, vma, from, to, Zap.Extent.PAGES);
        for (long address = from; address < to; address += Pages.BYTES) {
            if (isMarker(space.pages().get(address), Pte.Marker.Kind.PROTECTION)) {
                throw new IllegalStateException("madvise(GUARD_INSTALL) of protected memory of a file runs for ever");
            }
            space.pages().set(address, Pte.Marker.GUARD);
        }
        return 0;
    }

    private static int removeGuards(AddressSpace space, Vma vma, long from, long to) {
        if (vma.isHuge()) {
            return Errno.EINVAL;
        }
        for (long address = from; address < to; address += Pages.BYTES) {
            if (isMarker(space.pages().get(address), Pte.Marker.Kind.GUARD)) {
                space.pages().set(address, null);
            }
        }
        return 0;
    }
}
