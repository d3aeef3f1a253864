package dev.faultline.guest.kvm.workload;

/**
 * One vCPU's part of the guest's memory.
 *
 * @param hotAddress guest-physical address of its hot set
 * @param hotPages pages of 4096 bytes in its hot set
 * @param coldAddress guest-physical address of its cold set; without one, the end of its hot set
 * @param coldPages pages of 4096 bytes in its cold set, a power of two, or 0 for none
 */
public record VcpuArea(long hotAddress, long hotPages, long coldAddress, long coldPages) {
    /** Odd, so that one turn of the cold set visits every page once; the same number is in the guest's program. */
    private static final long PERMUTE = 0x2545F491L;

    long endAddress() {
        return coldAddress + coldPages * Workload.PAGE_BYTES;
    }

    /**
     * {@return the guest-physical address of a hot page}
     *
     * @param index its place in the hot set
     */
    public long hotPage(long index) {
        return hotAddress + index * Workload.PAGE_BYTES;
    }

    /**
     * {@return the guest-physical address of the cold page that is touched next}
     *
     * @param touches cold pages touched so far
     */
    public long coldPage(long touches) {
        return coldAddress + (touches * PERMUTE & (coldPages - 1)) * Workload.PAGE_BYTES;
    }
}
