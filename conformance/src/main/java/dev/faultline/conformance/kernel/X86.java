package dev.faultline.conformance.kernel;

/** System calls that puppets make, and their constants. Source: asm/unistd_64.h and the uapi headers, Linux 6.18. */
public final class X86 {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int CLOSE = 3;
    public static final int POLL = 7;
    public static final int MMAP = 9;
    public static final int MPROTECT = 10;
    public static final int MUNMAP = 11;
    public static final int IOCTL = 16;
    public static final int PREAD64 = 17;
    public static final int PWRITE64 = 18;
    public static final int MREMAP = 25;
    public static final int MINCORE = 27;
    public static final int MADVISE = 28;
    public static final int SHMGET = 29;
    public static final int SHMAT = 30;
    public static final int SHMCTL = 31;
    public static final int DUP = 32;
    public static final int SOCKETPAIR = 53;
    public static final int FCNTL = 72;
    public static final int FTRUNCATE = 77;
    public static final int SETRESUID = 117;
    public static final int MLOCK = 149;
    public static final int SCHED_SETAFFINITY = 203;
    public static final int SCHED_GETAFFINITY = 204;
    public static final int OPENAT = 257;
    public static final int FALLOCATE = 285;
    public static final int MEMFD_CREATE = 319;
    public static final int USERFAULTFD = 323;
    public static final int MEMFD_SECRET = 447;

    public static final long PROT_READ_WRITE = 3;
    public static final long MAP_SHARED = 0x1;
    public static final long MAP_PRIVATE = 0x2;
    public static final long MAP_FIXED = 0x10;
    public static final long MAP_ANONYMOUS = 0x20;
    public static final long MAP_HUGETLB_2M = 0x40000 | 21L << 26;

    static final int AF_UNIX = 1;
    static final int SOCK_STREAM = 1;
    static final long MREMAP_MAYMOVE = 1;
    static final long MREMAP_FIXED = 2;
    static final long MREMAP_DONTUNMAP = 4;
    static final int SIGBUS = 7;
    static final int SIGKILL = 9;
    static final int SIGUSR1 = 10;

    private X86() {}
}
