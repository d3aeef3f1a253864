package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;

/**
 * One access of memory.
 *
 * @param by the thread that touches, which may be of another process
 * @param space whose memory it is
 * @param address the byte
 * @param write whether it is a store
 * @param user whether user code does it, and not the kernel on its behalf
 */
record Touch(ModelThread by, AddressSpace space, long address, boolean write, boolean user) {}
