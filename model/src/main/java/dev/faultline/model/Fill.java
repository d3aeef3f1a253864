package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Context;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.internal.linux.Errno;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * COPY, ZEROPAGE, CONTINUE and POISON: what they have in common. Source: fs/userfaultfd.c, userfaultfd_copy and its like;
 * mm/userfaultfd.c, mfill_atomic, Linux 6.18.
 */
final class Fill {
    /** Which of the four. */
    enum Kind {
        COPY,
        ZEROPAGE,
        CONTINUE,
        POISON;

        /** {@return whether {@link Uffd#WRITE_PROTECTED} goes with it} */
        boolean takesProtection() {
            return this == COPY || this == CONTINUE;
        }
    }

    /** Where COPY takes its content from. */
    interface Source {
        /** {@return whether it is user memory, from its first byte to its last} */
        boolean isValid(long lengthBytes);

        /** {@return whether all of it was there without a page fault} */
        boolean readAtOnce(long offset, MemorySegment target);

        /** {@return whether it could be read; page faults are resolved, and may take long} */
        boolean read(long offset, MemorySegment target);
    }

    /**
     * One call.
     *
     * @param start of the target
     * @param flags of {@link Uffd}
     * @param source of a COPY
     */
    record Request(
            Context context,
            Kind kind,
            long start,
            long lengthBytes,
            int flags,
            @Nullable Source source) {
        boolean isProtected() {
            return (flags & Uffd.WRITE_PROTECTED) != 0;
        }
    }

    /** Not an errno: the page's source must be read first, outside the lock. */
    static final int SOURCE_NOT_READ = -1;

    private final ModelKernel kernel;
    private final Turns turns;
    private final PageFill small;
    private final HugePageFill huge;

    Fill(ModelKernel kernel) {
        this.kernel = kernel;
        turns = kernel.turns();
        small = new PageFill(kernel.defect());
        huge = new HugePageFill(kernel.defect(), kernel.pool());
    }

    /** Runs a call. What is wrong with its arguments leaves the result field alone; what comes later writes it. */
    Outcome run(Request request) {
        Context context = request.context();
        if (context.isChanging()) {
            return Outcome.failure(Errno.EAGAIN, true);
        }
        if (!isValid(request)) {
            return Outcome.failure(Errno.EINVAL, false);
        }
        if (!context.space().isAlive()) {
            return Outcome.failure(Errno.ESRCH, false);
        }
        Progress progress = new Progress();
        int errno = fill(request, progress);
        if (progress.doneBytes == 0) {
            return Outcome.failure(errno, true);
        }
        boolean lost = kernel.defect() == Defect.LOST_WAKE && request.kind() == Kind.CONTINUE;
        if ((request.flags() & Uffd.DONT_WAKE) == 0 && !lost) {
            context.wake(request.start(), progress.doneBytes, turns);
        }
        return progress.doneBytes == request.lengthBytes() ? Outcome.DONE : Outcome.partial(progress.doneBytes);
    }

    private boolean isValid(Request request) {
        int allowedFlags = Uffd.DONT_WAKE | (request.kind().takesProtection() ? Uffd.WRITE_PROTECTED : 0);
        Source source = request.source();
        return (kernel.rules() == Rules.MAINLINE || RfcRules.knows(request))
                && (source == null || source.isValid(request.lengthBytes()))
                && Ranges.isValid(request.start(), request.lengthBytes())
                && (request.flags() & ~allowedFlags) == 0;
    }

    /** How far a call has come. */
    private static final class Progress {
        private long doneBytes;
        /** The content of the next page, if it had to be read outside the lock. */
        private @Nullable MemorySegment content;
    }

    /** {@return 0, or the errno at which it stopped} */
    private int fill(Request request, Progress progress) {
        AddressSpace space = request.context().space();
        while (true) {
            Vma vma = space.mappings().find(request.start());
            int errno = check(request, vma);
            if (errno != 0 || vma == null) {
                return errno;
            }
            space.lock().beginReading();
            try {
                errno = fillPages(request, vma, progress);
            } finally {
                space.lock().endReading(turns);
            }
            if (errno != SOURCE_NOT_READ) {
                return errno;
            }
            progress.content = MemorySegment.ofArray(new byte[(int) vma.pageBytes()]);
            Source source = request.source();
            if (source == null || !source.read(progress.doneBytes, progress.content)) {
                return Errno.EFAULT;
            }
        }
    }

    /** What is wrong with the target as a whole: in this order. */
    private int check(Request request, @Nullable Vma vma) {
        AddressSpace space = request.context().space();
        if (!space.isAlive()) {
            return Errno.ESRCH;
        }
        if (vma != null && !vma.isShared()) {
            space.mappings().prepareIdentity(vma);
        }
        if (vma == null || request.start() + request.lengthBytes() > vma.end() || vma.context() == null) {
            return Errno.ENOENT;
        }
        if (request.context().isChanging()) {
            return Errno.EAGAIN;
        }
        if (request.isProtected() && !vma.has(Vma.WRITE_PROTECT)) {
            return Errno.EINVAL;
        }
        if (kernel.rules() == Rules.RFC_2021 && !RfcRules.goesWith(request, vma)) {
            return Errno.EINVAL;
        }
        return vma.isHuge() ? HugePageFill.check(request, vma) : PageFill.check(request, vma);
    }

    private int fillPages(Request request, Vma vma, Progress progress) {
        while (progress.doneBytes < request.lengthBytes()) {
            if (progress.doneBytes > 0) {
                turns.point("fills the next page");
            }
            long offset = progress.doneBytes;
            int errno = vma.isHuge()
                    ? huge.fill(request, vma, offset, progress.content)
                    : small.fill(request, vma, offset, progress.content);
            if (errno != 0) {
                return errno;
            }
            progress.content = null;
            progress.doneBytes += vma.pageBytes();
        }
        return 0;
    }
}
