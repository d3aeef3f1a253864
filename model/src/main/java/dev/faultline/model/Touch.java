package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;

/**
 * One access of memory.
 *
 * @param by the thread that touches, which may be of another process
 * @param space whose memory it is
 * @param address the byte
 * @param write whether it is a store
 * @param origin whose access it is
 */
record Touch(ModelThread by, AddressSpace space, long address, boolean write, Origin origin) {
    /** Whose access it is. */
    enum Origin {
        /** User code's. */
        USER,
        /** The kernel's, on behalf of user code, by the same page table: copy_to_user and copy_from_user. */
        KERNEL,
        /** The kernel's, which looks at mappings and not at the page table: faultin_page_range. */
        POPULATE
    }

    boolean user() {
        return origin == Origin.USER;
    }
}
