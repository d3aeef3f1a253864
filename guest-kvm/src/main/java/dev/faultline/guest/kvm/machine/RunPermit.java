package dev.faultline.guest.kvm.machine;

/** Whether a vCPU may run. */
interface RunPermit {
    /** {@return whether it may go on} */
    boolean granted();

    /**
     * Rests for as long as it may go on.
     *
     * @param untilNanos when to go on at the latest, by {@link System#nanoTime}
     */
    void restUntil(long untilNanos);
}
