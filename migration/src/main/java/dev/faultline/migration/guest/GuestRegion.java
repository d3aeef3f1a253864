package dev.faultline.migration.guest;

import dev.faultline.uffd.memory.MemoryFile;

/**
 * One contiguous block of guest memory.
 *
 * @param id its number, the same on both sides
 * @param name for people
 * @param guestAddress where the machine maps it, in the machine's address space
 * @param file the memory file behind it; owned by the guest's attachment
 */
public record GuestRegion(int id, String name, long guestAddress, MemoryFile file) {
    /** 4 TiB of 4 KiB pages; with some room left below 2<sup>31</sup>, page numbers can be rounded up without overflow. */
    public static final int MAX_PAGES = 1 << 30;

    /** {@return its length in bytes} */
    public long lengthBytes() {
        return file.lengthBytes();
    }

    /** {@return the base-2 logarithm of its page size in bytes} */
    public int pageShift() {
        return file.pageSize().shift();
    }

    /**
     * {@return how many pages it has}
     *
     * @throws GuestException if it has more than {@link #MAX_PAGES}
     */
    public int pageCount() {
        long pages = lengthBytes() >> pageShift();
        if (pages > MAX_PAGES) {
            throw new GuestException("Memory region '" + name + "' of " + lengthBytes() + " bytes is too long: a region"
                    + " has at most " + MAX_PAGES + " pages");
        }
        return (int) pages;
    }
}
