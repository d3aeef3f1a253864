package dev.faultline.conformance.subject;

import org.jspecify.annotations.Nullable;

/** What a thread of a subject's process can be told to do. Its result is that of the touch or of the system call. */
public sealed interface Action {
    /** Reads a byte in user mode. */
    record Load(long address) implements Action {}

    /** Writes a byte in user mode. */
    record Store(long address, int value) implements Action {}

    /** Has the kernel write to memory, as read(2) from a file of bytes 0x5a does. */
    record KernelWrite(long address, long lengthBytes) implements Action {}

    /** Has the kernel read memory, as write(2) to a file does. */
    record KernelRead(long address, long lengthBytes) implements Action {}

    /**
     * mmap(2) with MAP_FIXED.
     *
     * @param shared MAP_SHARED, or MAP_PRIVATE
     * @param protection PROT_READ (1), PROT_WRITE (2)
     * @param file what is mapped, or null for MAP_ANONYMOUS
     * @param offset where in the file
     * @param huge MAP_HUGETLB, without a file
     * @param readOnlyFile whether it is mapped by a descriptor that is open for reading only
     */
    record Map(
            long address,
            long lengthBytes,
            boolean shared,
            int protection,
            @Nullable SubjectFile file,
            long offset,
            boolean huge,
            boolean readOnlyFile)
            implements Action {}

    /** munmap(2). */
    record Unmap(long address, long lengthBytes) implements Action {}

    /** madvise(2). */
    record Advise(long address, long lengthBytes, Advice advice) implements Action {}

    /**
     * mremap(2). To {@code newAddress} with MREMAP_MAYMOVE and MREMAP_FIXED, or, if that is 0, where it is.
     *
     * @param keepOld MREMAP_DONTUNMAP
     */
    record Remap(long address, long lengthBytes, long newLengthBytes, long newAddress, boolean keepOld)
            implements Action {}

    /** mprotect(2). */
    record Protect(long address, long lengthBytes, int protection) implements Action {}

    /** mlock(2). */
    record Lock(long address, long lengthBytes) implements Action {}

    /** fork(2). The child is {@link SubjectProcess#takeChild}. */
    record Fork() implements Action {}

    /** The advice of madvise(2) that userfaultfd has to do with. Source: asm-generic/mman-common.h, Linux 6.18. */
    enum Advice {
        /** MADV_DONTNEED. */
        DONTNEED(4),
        /** MADV_FREE. */
        FREE(8),
        /** MADV_REMOVE. */
        REMOVE(9),
        /** MADV_WILLNEED. */
        WILLNEED(3),
        /** MADV_HUGEPAGE. */
        HUGEPAGE(14),
        /** MADV_NOHUGEPAGE. */
        NOHUGEPAGE(15),
        /** MADV_PAGEOUT. */
        PAGEOUT(21),
        /** MADV_POPULATE_READ. */
        POPULATE_READ(22),
        /** MADV_POPULATE_WRITE. */
        POPULATE_WRITE(23),
        /** MADV_DONTNEED_LOCKED. */
        DONTNEED_LOCKED(24),
        /** MADV_COLLAPSE. */
        COLLAPSE(25),
        /** MADV_GUARD_INSTALL. */
        GUARD_INSTALL(102);

        private final int number;

        Advice(int number) {
            this.number = number;
        }

        /** {@return the number in the system call} */
        public int number() {
            return number;
        }
    }
}
