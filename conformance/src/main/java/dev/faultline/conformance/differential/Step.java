package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Action.Advice;
import java.util.List;

/**
 * One step of a program. Addresses and lengths are in pages, addresses from the program's base; {@code pages} may be 0 or
 * reach past everything that is mapped. Flags, modes, features and protections are the kernel's bits. A step of a thread
 * that waits, or of a userfaultfd that is not open, does nothing.
 */
sealed interface Step {
    /** A step of the program's handler, with one of its userfaultfds. */
    sealed interface OfUffd extends Step {
        int uffd();
    }

    /** A step of one thread. */
    sealed interface OfThread extends Step {
        int thread();
    }

    /** A step of whoever holds the file, by a mapping that is never registered or by the descriptor. */
    sealed interface OfFile extends Step {}

    /** Opens a userfaultfd, if it is not open. */
    record Open(int uffd, long features, boolean userModeOnly) implements Step {}

    record Close(int uffd) implements OfUffd {}

    record Register(int uffd, int page, int pages, long modes) implements OfUffd {}

    record Unregister(int uffd, int page, int pages) implements OfUffd {}

    record Continue(int uffd, int page, int pages, int flags) implements OfUffd {}

    record Copy(int uffd, int page, int pages, int value, int flags) implements OfUffd {}

    record ZeroPage(int uffd, int page, int pages, int flags) implements OfUffd {}

    record Poison(int uffd, int page, int pages, int flags) implements OfUffd {}

    record WriteProtect(int uffd, int page, int pages, boolean on, int flags) implements OfUffd {}

    record Wake(int uffd, int page, int pages) implements OfUffd {}

    record Move(int uffd, int page, int from, int pages, int flags) implements OfUffd {}

    /** Reads at most so many events. */
    record Read(int uffd, int count) implements OfUffd {}

    /** Stores one byte to the file's page. */
    record Fill(int page, int value) implements OfFile {}

    /** Touches the file's page for reading. */
    record Populate(int page) implements OfFile {}

    record PunchHole(int page, int pages) implements OfFile {}

    /** fallocate(2). */
    record Allocate(int page, int pages) implements OfFile {}

    /** ftruncate(2). */
    record Resize(int pages) implements OfFile {}

    record Load(int thread, int page) implements OfThread {}

    record Store(int thread, int page, int value) implements OfThread {}

    record KernelWrite(int thread, int page, int pages) implements OfThread {}

    record KernelRead(int thread, int page, int pages) implements OfThread {}

    record Map(int thread, int page, int pages, int filePage, int protection) implements OfThread {}

    record Unmap(int thread, int page, int pages) implements OfThread {}

    record Advise(int thread, int page, int pages, Advice advice) implements OfThread {}

    /** mremap(2); where it is, if {@code to} is negative. */
    record Remap(int thread, int page, int pages, int newPages, int to, boolean keepOld) implements OfThread {}

    record Protect(int thread, int page, int pages, int protection) implements OfThread {}

    /** fork(2). When it is done, the child touches every page until it has to wait, and ends. */
    record Fork(int thread) implements OfThread {}

    /** A signal; only to a thread whose access is its own, because one in the kernel would spin. */
    record Interrupt(int thread) implements Step {}

    /** PAGEMAP_SCAN of every page that has all of some categories and, unless it is 0, any of others. */
    record Scan(int page, int pages, long flags, long inverted, long allOf, long anyOf, int maxPages) implements Step {}

    /**
     * Steps that run at the same time: those of threads, then one of the handler's, if there is one.
     *
     * @param delayMicros how long the handler waits at the kernel, where time decides who is first
     */
    record Race(int delayMicros, List<Step> steps) implements Step {
        public Race {
            steps = List.copyOf(steps);
        }
    }
}
