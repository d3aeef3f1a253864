package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.PageTable;
import dev.faultline.model.memory.Pages;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.internal.linux.Errno;
import org.jspecify.annotations.Nullable;

/** MOVE. Source: fs/userfaultfd.c, userfaultfd_move; mm/userfaultfd.c, move_pages, Linux 6.18. */
final class Moving {
    /** Not an errno: a hole was moved, which takes nothing. */
    private static final int DONE = 0;

    private final Rules rules;
    private final Turns turns;

    Moving(Rules rules, Turns turns) {
        this.rules = rules;
        this.turns = turns;
    }

    /**
     * Runs a call.
     *
     * @param caller whose memory the caller's is; it must be the same
     */
    Outcome run(Context context, AddressSpace caller, long target, long source, long lengthBytes, int flags) {
        AddressSpace space = context.space();
        if (context.isChanging()) {
            return Outcome.failure(Errno.EAGAIN, true);
        }
        if (rules == Rules.RFC_2021
                || caller != space
                || !Ranges.isValid(target, lengthBytes)
                || !Ranges.isValid(source, lengthBytes)
                || (flags & ~(Uffd.DONT_WAKE | Uffd.ALLOW_SOURCE_HOLES)) != 0) {
            return Outcome.failure(Errno.EINVAL, false);
        }
        if (!space.isAlive()) {
            return Outcome.failure(Errno.ESRCH, false);
        }
        Vma targetVma = space.mappings().find(target);
        Vma sourceVma = space.mappings().find(source);
        if (targetVma != null && !targetVma.isShared()) {
            space.mappings().prepareIdentity(targetVma);
        }
        if (targetVma == null || sourceVma == null) {
            return Outcome.failure(Errno.ENOENT, true);
        }
        if (!goTogether(context, targetVma, sourceVma)
                || target + lengthBytes > targetVma.end()
                || source + lengthBytes > sourceVma.end()) {
            return Outcome.failure(Errno.EINVAL, true);
        }
        return movePages(context, target, source, lengthBytes, flags);
    }

    /** validate_move_areas: private, anonymous, writable, and alike; the target is this userfaultfd's. */
    private static boolean goTogether(Context context, Vma target, Vma source) {
        return target.isAnonymous()
                && source.isAnonymous()
                && target.protection() == source.protection()
                && source.isWritable()
                && target.context() == context;
    }

    private Outcome movePages(Context context, long target, long source, long lengthBytes, int flags) {
        AddressSpace space = context.space();
        long done = 0;
        int errno = DONE;
        space.lock().beginReading();
        try {
            while (done < lengthBytes && errno == DONE) {
                if (done > 0) {
                    turns.point("moves the next page");
                }
                errno = movePage(space.pages(), target + done, source + done, flags);
                done += errno == DONE ? Pages.BYTES : 0;
            }
        } finally {
            space.lock().endReading(turns);
        }
        if (done == 0) {
            return Outcome.failure(errno, true);
        }
        if ((flags & Uffd.DONT_WAKE) == 0) {
            context.wake(target, done, turns);
        }
        return done == lengthBytes ? Outcome.DONE : Outcome.partial(done);
    }

    /** move_pages_pte: the target must be empty, even of marks; the page arrives writable and without its protection. */
    private static int movePage(PageTable pages, long target, long source, int flags) {
        boolean holesAllowed = (flags & Uffd.ALLOW_SOURCE_HOLES) != 0;
        if (!pages.hasTable(source) && !holesAllowed) {
            return Errno.ENOENT;
        }
        pages.allocateTable(source);
        pages.allocateTable(target);
        if (pages.get(target) != null) {
            return Errno.EEXIST;
        }
        Pte pte = pages.get(source);
        if (pte == null) {
            return holesAllowed ? DONE : Errno.ENOENT;
        }
        int errno = refusal(pte);
        if (errno == DONE) {
            pages.set(target, moved(pte));
            pages.set(source, null);
        }
        return errno;
    }

    /** A page that a child may still see stays; a mark is no page. */
    private static int refusal(Pte pte) {
        return switch (pte) {
            case Pte.Marker _ -> Errno.EFAULT;
            case Pte.Swapped swapped -> swapped.exclusive() ? DONE : Errno.EBUSY;
            case Pte.Present present -> present.frame() == Frame.Zero.PAGE || present.exclusive() ? DONE : Errno.EBUSY;
        };
    }

    private static @Nullable Pte moved(Pte pte) {
        return switch (pte) {
            case Pte.Present present ->
                new Pte.Present(present.frame(), present.frame() != Frame.Zero.PAGE, false, present.exclusive());
            case Pte.Swapped swapped -> swapped;
            case Pte.Marker _ -> null;
        };
    }
}
