package dev.faultline.guest.kvm.workload;

/**
 * How far a vCPU has come. All counts follow from what it keeps in its registers.
 *
 * @param heartbeats how many it gave
 * @param pass the pass of the hot set that it is in, from 1
 * @param hotIndex the page of the hot set that is next
 * @param coldTouches pages of the cold set touched, the filling included
 */
public record Progress(long heartbeats, long pass, long hotIndex, long coldTouches) {
    /** Before the first page. */
    public static final Progress START = new Progress(0, 1, 0, 0);

    /**
     * {@return pages checked so far}
     *
     * @param area the vCPU's memory
     */
    public long pagesVerified(VcpuArea area) {
        return hotTouches(area) + coldTouches;
    }

    /**
     * {@return pages written so far}
     *
     * @param area the vCPU's memory
     */
    public long pagesWritten(VcpuArea area) {
        return hotTouches(area) + coldWrites(area.coldPages());
    }

    /** {@return passes of the hot set that are complete} */
    public long passes() {
        return pass - 1;
    }

    private long hotTouches(VcpuArea area) {
        return (pass - 1) * area.hotPages() + hotIndex;
    }

    /** The filling writes every page, each later turn the even ones, and even and odd touches alternate. */
    private long coldWrites(long coldPages) {
        if (coldTouches <= coldPages) {
            return coldTouches;
        }
        return coldPages + (coldTouches - coldPages + 1) / 2;
    }
}
