package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.memory.VmaTree;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.UffdCall;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.List;

/** REGISTER and UNREGISTER. Source: fs/userfaultfd.c and mm/userfaultfd.c, Linux 6.18. */
final class Registration {
    private static final long ALL_MODES = Vma.MISSING | Vma.WRITE_PROTECT | Vma.MINOR;
    /** UFFD_API_RANGE_IOCTLS_BASIC. */
    private static final long CALLS_ON_HUGE_PAGES = UffdCall.WAKE.mask()
            | UffdCall.COPY.mask()
            | UffdCall.WRITEPROTECT.mask()
            | UffdCall.CONTINUE.mask()
            | UffdCall.POISON.mask();
    /** UFFD_API_RANGE_IOCTLS. */
    private static final long CALLS = CALLS_ON_HUGE_PAGES | UffdCall.ZEROPAGE.mask() | UffdCall.MOVE.mask();

    private final Rules rules;
    private final Turns turns;

    Registration(Rules rules, Turns turns) {
        this.rules = rules;
        this.turns = turns;
    }

    /** {@return the calls for the range, or {@code -errno}} userfaultfd_register. */
    long register(Context context, long start, long lengthBytes, long modes) {
        if (modes == 0 || (modes & ~ALL_MODES) != 0 || !Ranges.isValid(start, lengthBytes)) {
            return -Errno.EINVAL;
        }
        AddressSpace space = context.space();
        if (!space.isAlive()) {
            return -Errno.ENOMEM;
        }
        space.lock().awaitReaders(turns);
        long end = start + lengthBytes;
        List<Vma> found = space.mappings().in(start, end);
        if (found.isEmpty() || !startsAtPage(found.getFirst(), start)) {
            return -Errno.EINVAL;
        }
        boolean huge = false;
        for (Vma vma : found) {
            int errno = refusal(context, vma, end, (int) modes);
            if (errno != 0) {
                return -errno;
            }
            huge |= vma.isHuge();
        }
        for (Vma vma : found) {
            registerPart(context, vma, start, end, (int) modes);
        }
        return calls(huge, modes);
    }

    /** A range that begins within a huge page is refused only where a mapping of them comes first. */
    private static boolean startsAtPage(Vma first, long start) {
        return !first.isHuge() || Pages.isAligned(start, first.pageBytes());
    }

    private int refusal(Context context, Vma vma, long end, int modes) {
        if (!canUse(vma, modes)) {
            return Errno.EINVAL;
        }
        if (!vma.mayWrite()) {
            return Errno.EPERM;
        }
        if (end < vma.end() && !VmaTree.canSplit(vma, end)) {
            return Errno.EINVAL;
        }
        return vma.context() != null && vma.context() != context ? Errno.EBUSY : 0;
    }

    /** include/linux/userfaultfd_k.h, vma_can_userfault: anonymous memory has no minor faults. */
    private boolean canUse(Vma vma, int modes) {
        if (rules == Rules.RFC_2021) {
            return RfcRules.canUse(vma, modes);
        }
        return (modes & Vma.MINOR) == 0 || !vma.isAnonymous();
    }

    /** userfaultfd_register_range: fewer modes than before change nothing, others replace those before. */
    private void registerPart(Context context, Vma vma, long start, long end, int modes) {
        if (vma.context() == context && (vma.modes() & modes) == modes) {
            return;
        }
        long from = Math.max(start, vma.start());
        long to = Math.min(end, vma.end());
        context.space().mappings().modify(vma, from, to, part -> part.register(context, modes));
    }

    private long calls(boolean huge, long modes) {
        long calls = huge ? CALLS_ON_HUGE_PAGES : CALLS;
        if (rules == Rules.RFC_2021) {
            calls = RfcRules.calls(huge);
        }
        if ((modes & Vma.WRITE_PROTECT) == 0) {
            calls &= ~UffdCall.WRITEPROTECT.mask();
        }
        return (modes & Vma.MINOR) == 0 ? calls & ~UffdCall.CONTINUE.mask() : calls;
    }

    /** {@return 0 or {@code -errno}} userfaultfd_unregister; it wakes only who waits where MISSING is registered. */
    long unregister(Context context, long start, long lengthBytes) {
        if (!Ranges.isValid(start, lengthBytes)) {
            return -Errno.EINVAL;
        }
        AddressSpace space = context.space();
        if (!space.isAlive()) {
            return -Errno.ENOMEM;
        }
        space.lock().awaitReaders(turns);
        long end = start + lengthBytes;
        List<Vma> found = space.mappings().in(start, end);
        if (found.isEmpty() || !startsAtPage(found.getFirst(), start)) {
            return -Errno.EINVAL;
        }
        for (Vma vma : found) {
            if (vma.context() != null && vma.context() != context) {
                return -Errno.EINVAL;
            }
        }
        for (Vma vma : found) {
            if (!VmaTree.canSplit(vma, end)) {
                return -Errno.EINVAL;
            }
            unregisterPart(space, vma, Math.max(start, vma.start()), Math.min(end, vma.end()));
        }
        return 0;
    }

    private void unregisterPart(AddressSpace space, Vma vma, long from, long to) {
        Context owner = vma.context();
        if (owner != null) {
            if (vma.has(Vma.MISSING)) {
                owner.wake(from, to - from, turns);
            }
            clear(space, vma, from, to);
        }
    }

    /** userfaultfd_clear_vma: protection goes, poison stays. */
    private static void clear(AddressSpace space, Vma vma, long from, long to) {
        if (vma.has(Vma.WRITE_PROTECT)) {
            WriteProtection.apply(space, vma, from, to, false);
        }
        space.mappings().modify(vma, from, to, part -> part.register(null, 0));
    }

    /** userfaultfd_release_all: the last descriptor is closed, and the registrations end everywhere. */
    void release(Context context) {
        context.release();
        AddressSpace space = context.space();
        if (space.isAlive()) {
            space.lock().awaitReaders(turns);
            for (Vma vma : List.copyOf(space.mappings().all())) {
                if (vma.context() == context) {
                    clear(space, vma, vma.start(), vma.end());
                }
            }
        }
        context.wakeAll(turns);
    }
}
