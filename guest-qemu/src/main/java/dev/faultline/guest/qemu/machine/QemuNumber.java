package dev.faultline.guest.qemu.machine;

import dev.faultline.migration.guest.GuestException;

/** Numbers in what QEMU prints for people. */
final class QemuNumber {
    private static final int HEX = 16;

    private QemuNumber() {}

    /**
     * {@return a hexadecimal address or offset, unsigned}
     *
     * @throws GuestException if it is none of 64 bits
     */
    static long address(String digits) {
        try {
            return Long.parseUnsignedLong(digits, HEX);
        } catch (NumberFormatException e) {
            throw new GuestException("QEMU prints 0x" + digits + " where an address or a length of 64 bits belongs", e);
        }
    }

    /**
     * {@return a hexadecimal length in bytes}
     *
     * @throws GuestException if nothing can be so long
     */
    static long length(String digits) {
        long length = address(digits);
        if (length < 0) {
            throw new GuestException("QEMU prints that a block of memory has 0x" + digits + " bytes");
        }
        return length;
    }
}
