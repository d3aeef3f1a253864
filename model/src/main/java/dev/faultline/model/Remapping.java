package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.PageTable;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** mremap. Source: mm/mremap.c, Linux 6.18; fs/userfaultfd.c, mremap_userfaultfd_prep and its like. */
final class Remapping {
    static final int MAY_MOVE = 1;
    static final int FIXED = 2;
    static final int DONT_UNMAP = 4;

    /**
     * The arguments, lengths in whole pages.
     *
     * @param target where to, with FIXED
     */
    private record Request(long start, long oldLength, long newLength, int flags, long target) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        long end() {
            return start + oldLength;
        }
    }

    /** What is told when all is done. */
    private static final class Announcements {
        private final List<Unmapping.Pending> early = new ArrayList<>();
        private final List<Unmapping.Pending> late = new ArrayList<>();
        private @Nullable Context context;
        private UffdEvent.@Nullable Remap remap;
    }

    private final Turns turns;
    private final Events events;
    private final Unmapping unmapping;

    Remapping(Turns turns, Events events, Unmapping unmapping) {
        this.turns = turns;
        this.events = events;
        this.unmapping = unmapping;
    }

    /** {@return the address, or {@code -errno}} Of shared memory, an old length of 0 leaves all as it is and maps it again. */
    long remap(ModelThread by, long start, long oldLength, long newLength, int flags, long target) {
        AddressSpace space = by.space();
        space.lock().awaitReaders(turns);
        Vma vma = space.mappings().find(start);
        long pageBytes = vma == null ? Pages.BYTES : vma.pageBytes();
        Request request = new Request(
                start, Pages.roundUp(oldLength, pageBytes), Pages.roundUp(newLength, pageBytes), flags, target);
        int errno = check(request);
        if (errno != 0) {
            return -errno;
        }
        if (vma == null) {
            return -Errno.EFAULT;
        }
        boolean doubles = request.oldLength() == 0;
        if ((doubles && !vma.isShared()) || (vma.isHuge() && !goesWithHugePages(request))) {
            return -Errno.EINVAL;
        }
        if (request.has(FIXED) || request.has(DONT_UNMAP)) {
            Announcements told = new Announcements();
            long result = moveAsTold(by, vma, request, told);
            announce(by, told);
            return result;
        }
        if (request.newLength() < request.oldLength()) {
            long newEnd = start + request.newLength();
            if (!Unmapping.isPossible(space, newEnd, request.end())) {
                return -Errno.EINVAL;
            }
            unmapping.announce(by, unmapping.unmap(space, newEnd, request.end()));
            return start;
        }
        if (request.newLength() == request.oldLength()) {
            return start;
        }
        return request.end() > vma.end() ? -Errno.EFAULT : expand(by, vma, request);
    }

    private long moveAsTold(ModelThread by, Vma vma, Request request, Announcements told) {
        if (request.has(FIXED) && request.newLength() == request.oldLength()) {
            return moveAll(by, request, told);
        }
        long kept = Math.min(request.oldLength(), request.newLength());
        return kept > vma.end() - request.start() ? -Errno.EFAULT : moveWhereTold(by, request, told);
    }

    /** notify_uffd: when all is done, also if a part of it failed. */
    private void announce(ModelThread by, Announcements told) {
        unmapping.announce(by, told.early);
        Context context = told.context;
        UffdEvent.Remap remap = told.remap;
        if (context != null && remap != null) {
            events.complete(by, context, remap, null);
        }
        unmapping.announce(by, told.late);
    }

    /** check_mremap_params. */
    private static int check(Request request) {
        boolean told = request.has(FIXED) || request.has(DONT_UNMAP);
        if ((request.flags() & ~(MAY_MOVE | FIXED | DONT_UNMAP)) != 0
                || !Pages.isAligned(request.start(), Pages.BYTES)
                || request.newLength() <= 0
                || request.newLength() > Pages.TASK_SIZE
                || (told && !request.has(MAY_MOVE))
                || (request.has(DONT_UNMAP) && request.oldLength() != request.newLength())
                || request.oldLength() < 0) {
            return Errno.EINVAL;
        }
        if (!request.has(FIXED)) {
            return 0;
        }
        boolean overlaps = request.target() < request.end() && request.start() < request.target() + request.newLength();
        return !Pages.isAligned(request.target(), Pages.BYTES)
                        || request.target() > Pages.TASK_SIZE - request.newLength()
                        || overlaps
                ? Errno.EINVAL
                : 0;
    }

    private static boolean goesWithHugePages(Request request) {
        return Pages.isAligned(request.start(), Pages.HUGE_BYTES)
                && (!request.has(FIXED) || Pages.isAligned(request.target(), Pages.HUGE_BYTES))
                && request.newLength() <= request.oldLength();
    }

    private long expand(ModelThread by, Vma vma, Request request) {
        AddressSpace space = by.space();
        long newEnd = request.start() + request.newLength();
        boolean free = newEnd <= Pages.TASK_SIZE
                && space.mappings().in(request.end(), newEnd).isEmpty();
        if (request.end() == vma.end() && free) {
            space.mappings().extend(vma, newEnd);
            return request.start();
        }
        if (!request.has(MAY_MOVE)) {
            return -Errno.ENOMEM;
        }
        long target = space.mappings().findGap(request.newLength(), vma.pageBytes());
        if (target < 0) {
            return -Errno.ENOMEM;
        }
        Announcements told = new Announcements();
        long result = move(by, vma, request, target, told);
        announce(by, told);
        return result;
    }

    /**
     * remap_move: a move alone may take several mappings along, with the holes between them; but none that a userfaultfd
     * has. What was moved before one that cannot be stays moved.
     */
    private long moveAll(ModelThread by, Request request, Announcements told) {
        long target = request.target();
        long lastEnd = request.start();
        boolean first = true;
        for (Vma vma : by.space().mappings().in(request.start(), request.end())) {
            long from = Math.max(vma.start(), request.start());
            long length = Math.min(vma.end(), request.end()) - from;
            target += from - lastEnd;
            lastEnd = from + length;
            boolean alone = vma.context() != null;
            if (alone && (!first || vma.end() < request.end())) {
                return -Errno.EFAULT;
            }
            long moved = moveWhereTold(by, new Request(from, length, length, request.flags(), target), told);
            if (moved < 0) {
                return moved;
            }
            target += length;
            first = false;
        }
        return request.target();
    }

    /** mremap_to: what is in the way goes first, and what is cut off. */
    private long moveWhereTold(ModelThread by, Request request, Announcements told) {
        AddressSpace space = by.space();
        Vma source = mappingAt(space, request.start());
        if (source.isHuge() && request.has(DONT_UNMAP)) {
            return -Errno.EINVAL;
        }
        long pageBytes = source.pageBytes();
        long target = request.has(FIXED) ? request.target() : space.mappings().findGap(request.newLength(), pageBytes);
        if (target < 0) {
            return -Errno.ENOMEM;
        }
        if (request.has(FIXED)) {
            if (!Unmapping.isPossible(space, target, target + request.newLength())) {
                return -Errno.EINVAL;
            }
            told.early.addAll(unmapping.unmap(space, target, target + request.newLength()));
        }
        Request kept = request;
        if (request.newLength() < request.oldLength()) {
            told.late.addAll(unmapping.unmap(space, request.start() + request.newLength(), request.end()));
            kept = new Request(
                    request.start(), request.newLength(), request.newLength(), request.flags(), request.target());
        }
        Vma left = space.mappings().find(request.start());
        // Where it is to be doubled onto itself, making room has taken it away.
        return left == null ? -Errno.EFAULT : move(by, left, kept, target, told);
    }

    private static Vma mappingAt(AddressSpace space, long address) {
        Vma vma = space.mappings().find(address);
        if (vma == null) {
            throw new IllegalStateException("the mapping was looked for before");
        }
        return vma;
    }

    /**
     * move_vma: the registration goes along if the move is to be announced. If not, it is lost; but only after the mapping
     * has merged with what it touches, which loses it too, and without merging again.
     */
    private long move(ModelThread by, Vma vma, Request request, long target, Announcements told) {
        AddressSpace space = by.space();
        Vma moved = vma.copyAt(target, request.start(), request.newLength());
        if (vma.isAnonymous() && vma.identity() == null) {
            moved.countFromAddress();
        }
        Context context = toldOfMoves(vma);
        if (context != null) {
            events.begin(context);
            told.context = context;
            told.remap = new UffdEvent.Remap(request.start(), target, request.oldLength());
        }
        movePages(space, vma, request, target);
        Vma inserted = space.mappings().insert(moved);
        if (context == null) {
            inserted.register(null, 0);
        }
        if (request.has(DONT_UNMAP)) {
            leave(vma, request);
        } else {
            told.late.addAll(unmapping.unmap(space, request.start(), request.end()));
        }
        return target;
    }

    private static @Nullable Context toldOfMoves(Vma vma) {
        Context context = vma.context();
        return context != null && context.has(UffdFeature.EVENT_REMAP) ? context : null;
    }

    /** dontunmap_complete: the old mapping stays, empty and as if new. */
    private static void leave(Vma vma, Request request) {
        if (vma.start() == request.start() && vma.end() == request.end()) {
            vma.setIdentity(null);
        }
    }

    /** move_ptes: everything goes along, marks too; but not the protection if the registration is lost. */
    private static void movePages(AddressSpace space, Vma vma, Request request, long target) {
        PageTable pages = space.pages();
        boolean loses = vma.context() != null && toldOfMoves(vma) == null;
        for (long offset = 0; offset < request.oldLength(); offset += vma.pageBytes()) {
            Pte pte = pages.get(request.start() + offset);
            if (pte != null) {
                pages.set(target + offset, loses ? pte.withoutProtection() : pte);
                pages.set(request.start() + offset, null);
            }
        }
    }
}
