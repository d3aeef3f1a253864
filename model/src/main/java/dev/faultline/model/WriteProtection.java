package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.PageTable;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** WRITEPROTECT. Source: fs/userfaultfd.c, userfaultfd_writeprotect; mm/userfaultfd.c, mwriteprotect_range, Linux 6.18. */
final class WriteProtection {
    static final int MODE_PROTECT = 1;
    static final int MODE_DONT_WAKE = 2;

    private final Rules rules;
    private final Turns turns;

    WriteProtection(Rules rules, Turns turns) {
        this.rules = rules;
        this.turns = turns;
    }

    /** Runs a call. The kernel writes no field; the part before a mapping that is not registered stays done. */
    Outcome run(Context context, long start, long lengthBytes, int mode) {
        if (context.isChanging()) {
            return Outcome.failure(Errno.EAGAIN, false);
        }
        boolean on = (mode & MODE_PROTECT) != 0;
        boolean wakes = (mode & MODE_DONT_WAKE) == 0;
        if (!Ranges.isValid(start, lengthBytes) || (mode & ~(MODE_PROTECT | MODE_DONT_WAKE)) != 0 || (on && !wakes)) {
            return Outcome.failure(Errno.EINVAL, false);
        }
        if (!context.space().isAlive()) {
            return Outcome.failure(Errno.ESRCH, false);
        }
        int errno = protect(context.space(), start, start + lengthBytes, on);
        if (errno != 0) {
            return Outcome.failure(errno, false);
        }
        if (!on && wakes) {
            context.wake(start, lengthBytes, turns);
        }
        return Outcome.DONE;
    }

    /** mwriteprotect_range: holes are passed over, but not all of the range may be one. */
    private int protect(AddressSpace space, long start, long end, boolean on) {
        List<Vma> found = space.mappings().in(start, end);
        if (found.isEmpty()) {
            return Errno.ENOENT;
        }
        for (Vma vma : found) {
            if (!vma.has(Vma.WRITE_PROTECT) || (rules == Rules.RFC_2021 && !RfcRules.canProtect(vma))) {
                return Errno.ENOENT;
            }
            if (!Pages.isAligned(start | (end - start), vma.pageBytes())) {
                return Errno.EINVAL;
            }
            apply(space, vma, Math.max(start, vma.start()), Math.min(end, vma.end()), on);
        }
        return 0;
    }

    /** mm/mprotect.c, change_pte_range, and mm/hugetlb.c, hugetlb_change_protection, for the uffd-wp bit. */
    static void apply(AddressSpace space, Vma vma, long from, long to, boolean on) {
        PageTable pages = space.pages();
        for (long address = from; address < to; address += vma.pageBytes()) {
            Pte old = pages.get(address);
            Pte changed = change(vma, old, on);
            if (!Objects.equals(changed, old)) {
                pages.set(address, changed);
            }
        }
    }

    private static @Nullable Pte change(Vma vma, @Nullable Pte pte, boolean on) {
        return switch (pte) {
            case null -> on && vma.usesMarkers() ? Pte.Marker.PROTECTED : null;
            case Pte.Marker marker -> marker.kind() == Pte.Marker.Kind.PROTECTION && !on ? null : marker;
            case Pte.Present _, Pte.Swapped _ -> on ? pte.protect() : pte.withoutProtection();
        };
    }
}
