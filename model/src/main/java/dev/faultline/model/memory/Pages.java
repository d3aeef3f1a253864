package dev.faultline.model.memory;

/** Page arithmetic of x86-64. */
public final class Pages {
    public static final int SHIFT = 12;
    public static final long BYTES = 1L << SHIFT;
    public static final int HUGE_SHIFT = 21;
    public static final long HUGE_BYTES = 1L << HUGE_SHIFT;
    /** What one table of the level above huge pages covers: 1 GiB. */
    public static final int UPPER_SHIFT = 30;

    public static final long UPPER_BYTES = 1L << UPPER_SHIFT;
    /** The end of user memory: TASK_SIZE with four levels of page tables. */
    public static final long TASK_SIZE = 0x7fff_ffff_f000L;
    /** vm.mmap_min_addr, where user memory begins. */
    public static final long MIN_ADDRESS = 0x1_0000L;

    private Pages() {}

    public static boolean isAligned(long value, long pageBytes) {
        return (value & (pageBytes - 1)) == 0;
    }

    public static long roundDown(long value, long pageBytes) {
        return value & -pageBytes;
    }

    public static long roundUp(long value, long pageBytes) {
        return (value + pageBytes - 1) & -pageBytes;
    }
}
