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
    /** {@return its length in bytes} */
    public long lengthBytes() {
        return file.lengthBytes();
    }

    /** {@return the base-2 logarithm of its page size in bytes} */
    public int pageShift() {
        return file.pageSize().shift();
    }

    /** {@return how many pages it has} */
    public int pageCount() {
        return Math.toIntExact(lengthBytes() >> pageShift());
    }
}
