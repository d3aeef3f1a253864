package dev.faultline.simulation.sweep;

/** Pages of a guest and what the kernel takes for them: constants measured on Linux 6.18.44, a shared-memory file each. */
public enum PageKind {
    /** 4 KiB pages of tmpfs. */
    SMALL(4096, 64, 0.65e6, 12e6, 33e6, 35e6, 610, 220),
    /** 2 MiB pages of hugetlbfs. */
    HUGE(2 << 20, 1, 0.02e6, 0.11e6, 0.1e6, 0.05e6, 700, 230);

    private static final double GIB = 1 << 30;

    private final long bytes;
    private final int framePages;
    private final double cleanScanNanosPerGib;
    private final double dirtyScanNanosPerGib;
    private final double protectNanosPerGib;
    private final double unregisterNanosPerGib;
    private final long continueNanos;
    private final long continuePageNanos;

    PageKind(
            long bytes,
            int framePages,
            double cleanScanNanosPerGib,
            double dirtyScanNanosPerGib,
            double protectNanosPerGib,
            double unregisterNanosPerGib,
            long continueNanos,
            long continuePageNanos) {
        this.bytes = bytes;
        this.framePages = framePages;
        this.cleanScanNanosPerGib = cleanScanNanosPerGib;
        this.dirtyScanNanosPerGib = dirtyScanNanosPerGib;
        this.protectNanosPerGib = protectNanosPerGib;
        this.unregisterNanosPerGib = unregisterNanosPerGib;
        this.continueNanos = continueNanos;
        this.continuePageNanos = continuePageNanos;
    }

    /** {@return how long a page is} */
    public long bytes() {
        return bytes;
    }

    /** {@return how many pages a frame of the engine's carries} */
    int framePages() {
        return framePages;
    }

    /** PAGEMAP_SCAN that protects again what was written. */
    double scanNanos(double lengthBytes, double writtenBytes) {
        return (lengthBytes * cleanScanNanosPerGib + writtenBytes * (dirtyScanNanosPerGib - cleanScanNanosPerGib))
                / GIB;
    }

    double protectNanos(double lengthBytes) {
        return lengthBytes * protectNanosPerGib / GIB;
    }

    double unregisterNanos(double lengthBytes) {
        return lengthBytes * unregisterNanosPerGib / GIB;
    }

    /** One UFFDIO_CONTINUE of some pages. */
    double continueNanos(long pages) {
        return (double) continueNanos + pages * continuePageNanos;
    }
}
