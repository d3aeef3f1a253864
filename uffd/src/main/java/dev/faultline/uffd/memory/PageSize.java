package dev.faultline.uffd.memory;

/** The page sizes of memory files. */
public enum PageSize {
    /** Base pages of shmem. */
    SIZE_4K(12, 0),
    /** Huge pages of hugetlbfs; the flag is MFD_HUGETLB with MFD_HUGE_2MB (linux/memfd.h). */
    SIZE_2M(21, 4 | 21 << 26),
    /** Larger huge pages of hugetlbfs, on processors that have them; the flag is MFD_HUGETLB with MFD_HUGE_1GB. */
    SIZE_1G(30, 4 | 30 << 26);

    private final int shift;
    private final int memfdFlags;

    PageSize(int shift, int memfdFlags) {
        this.shift = shift;
        this.memfdFlags = memfdFlags;
    }

    /** {@return the base-2 logarithm of the size in bytes} */
    public int shift() {
        return shift;
    }

    /** {@return the size in bytes} */
    public long bytes() {
        return 1L << shift;
    }

    /** {@return whether these are pages of hugetlbfs, which must be reserved and cannot be written by pwrite} */
    public boolean isHuge() {
        return this != SIZE_4K;
    }

    /** {@return the size as people say it} */
    public String label() {
        return switch (this) {
            case SIZE_4K -> "4 KiB";
            case SIZE_2M -> "2 MiB";
            case SIZE_1G -> "1 GiB";
        };
    }

    int memfdFlags() {
        return memfdFlags;
    }

    /**
     * {@return the page size of that many bytes}
     *
     * @param bytes its size
     * @throws IllegalArgumentException if no memory file has such pages
     */
    public static PageSize ofBytes(long bytes) {
        for (PageSize size : values()) {
            if (size.bytes() == bytes) {
                return size;
            }
        }
        throw new IllegalArgumentException(
                "no page size of " + bytes + " bytes; there are 4096, 2097152 and 1073741824");
    }
}
