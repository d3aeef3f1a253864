package dev.faultline.guest.kvm;

import dev.faultline.migration.RegionLayout;

/**
 * Memory of a micro-VM as the guest sees it.
 *
 * @param guestAddress the guest-physical address of its first byte
 * @param layout its length and page size
 */
public record GuestMemory(long guestAddress, RegionLayout layout) {}
