package dev.faultline.model;

import dev.faultline.model.memory.Pages;

/** The checks of ranges. Source: fs/userfaultfd.c, validate_range and validate_unaligned_range, Linux 6.18. */
final class Ranges {
    private Ranges() {}

    /** {@return whether a userfaultfd takes the range: whole pages of user memory, at least one} */
    static boolean isValid(long start, long lengthBytes) {
        return Pages.isAligned(start, Pages.BYTES) && isValidUnaligned(start, lengthBytes);
    }

    /** {@return the same, but for a start within a page} */
    static boolean isValidUnaligned(long start, long lengthBytes) {
        return isValidLength(lengthBytes)
                && start >= Pages.MIN_ADDRESS
                && start < Pages.TASK_SIZE
                && lengthBytes <= Pages.TASK_SIZE - start;
    }

    static boolean isValidLength(long lengthBytes) {
        return lengthBytes > 0 && Pages.isAligned(lengthBytes, Pages.BYTES);
    }
}
