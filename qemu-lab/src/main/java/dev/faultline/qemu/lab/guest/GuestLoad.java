package dev.faultline.qemu.lab.guest;

/**
 * What a guest does with its memory.
 *
 * @param hotMib memory that is rewritten, in MiB
 * @param coldMib memory that is written once and verified only, in MiB
 * @param pagesPerSecond how many pages of 4 KiB it rewrites a second: {@link #IDLE}, {@link #UNTHROTTLED}, or a number
 * @param heartbeatMillis time between heartbeats, in milliseconds
 * @param probesPerSecond how often a probe times the reading of a cold page, which it verifies afterwards: then nothing else
 *     reads cold pages; 0 for none
 */
public record GuestLoad(int hotMib, int coldMib, int pagesPerSecond, int heartbeatMillis, int probesPerSecond) {
    /** Nothing is rewritten; the walk verifies everything. */
    public static final int IDLE = 0;

    /** As fast as it can. */
    public static final int UNTHROTTLED = -1;

    /** Pages of 4 KiB in a MiB. */
    static final int PAGES_PER_MIB = 256;

    /** How long the walk over all memory takes about, in milliseconds. */
    static final int WALK_MILLIS = 2000;

    /** Checks the numbers. */
    public GuestLoad {
        if (hotMib < 1
                || coldMib < 0
                || pagesPerSecond < UNTHROTTLED
                || heartbeatMillis < 1
                || probesPerSecond < 0
                || (probesPerSecond > 0 && coldMib == 0)) {
            throw new IllegalArgumentException("no load for a guest: hot " + hotMib + " MiB, cold " + coldMib + " MiB, "
                    + pagesPerSecond + " pages/s, a heartbeat each " + heartbeatMillis + " ms, " + probesPerSecond
                    + " probes/s");
        }
    }

    /**
     * A load without a probe.
     *
     * @param hotMib memory that is rewritten, in MiB
     * @param coldMib memory that is written once and verified only, in MiB
     * @param pagesPerSecond how many pages of 4 KiB it rewrites a second: {@link #IDLE}, {@link #UNTHROTTLED}, or a number
     * @param heartbeatMillis time between heartbeats, in milliseconds
     */
    public GuestLoad(int hotMib, int coldMib, int pagesPerSecond, int heartbeatMillis) {
        this(hotMib, coldMib, pagesPerSecond, heartbeatMillis, 0);
    }

    /**
     * {@return 100 MiB that are rewritten and 28 MiB that are not, with a heartbeat each 10 ms}
     *
     * @param pagesPerSecond how many pages it rewrites a second
     */
    public static GuestLoad of(int pagesPerSecond) {
        return new GuestLoad(100, 28, pagesPerSecond, 10);
    }

    /**
     * {@return the same with a probe, which only the ROM guest has}
     *
     * @param newProbesPerSecond how often it reads a page
     */
    public GuestLoad withProbe(int newProbesPerSecond) {
        return new GuestLoad(hotMib, coldMib, pagesPerSecond, heartbeatMillis, newProbesPerSecond);
    }

    long hotPages() {
        return (long) hotMib * PAGES_PER_MIB;
    }

    long coldPages() {
        return (long) coldMib * PAGES_PER_MIB;
    }

    /** The kernel's command line for the workload. */
    String kernelParameters(boolean disk) {
        return "lab.hot=" + hotMib + " lab.cold=" + coldMib + " lab.rate=" + pagesPerSecond + " lab.beat="
                + heartbeatMillis + " lab.walk=" + WALK_MILLIS + (disk ? " lab.disk=/dev/vda" : "");
    }
}
