package dev.faultline.guest.kvm.machine;

import java.lang.foreign.MemorySegment;

/** Guest memory as a vCPU's thread touches it. Each touch may wait for a page fault to be answered. */
public interface GuestPages {
    /**
     * {@return whether memory equals a segment, which is as long}
     *
     * @param guestAddress where
     * @param expected what it is compared with
     */
    boolean holds(long guestAddress, MemorySegment expected);

    /**
     * Loads.
     *
     * @param guestAddress where from
     * @param target filled to its end
     */
    void read(long guestAddress, MemorySegment target);

    /**
     * Stores.
     *
     * @param guestAddress where to
     * @param source all of it is stored
     */
    void write(long guestAddress, MemorySegment source);
}
