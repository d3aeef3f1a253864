package dev.faultline.qemu.lab;

/** What a guest's memory is. */
public enum Backing {
    /** QEMU's own, shared with nobody: for its own migrations. */
    PRIVATE(false, false),
    /** A file on tmpfs. */
    FILE(false, true),
    /** A memfd. */
    MEMFD(false, false),
    /** A file on hugetlbfs, of pages of 2 MiB. */
    HUGE_FILE(true, true),
    /** A memfd of pages of 2 MiB. */
    HUGE_MEMFD(true, false);

    private final boolean huge;
    private final boolean file;

    Backing(boolean huge, boolean file) {
        this.huge = huge;
        this.file = file;
    }

    /** {@return whether its pages are of 2 MiB} */
    public boolean huge() {
        return huge;
    }

    /** {@return whether it has a name in a file system} */
    public boolean file() {
        return file;
    }

    /** {@return the size of its pages in bytes} */
    public long pageBytes() {
        return huge ? 2L << 20 : 4L << 10;
    }
}
