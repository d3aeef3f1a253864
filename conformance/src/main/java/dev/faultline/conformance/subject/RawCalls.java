package dev.faultline.conformance.subject;

/** System calls that a process makes itself, with memory of its own for their arguments. */
public interface RawCalls {
    /**
     * {@return what a system call returned: a value, or {@code -errno}}
     *
     * @param number its number on this machine
     * @param arguments at most six
     */
    long call(long number, long... arguments);

    /** {@return where the memory for arguments is, in the process; some 32 KiB} */
    long memory();

    /** Fills that memory. */
    void put(long offset, byte[] bytes);

    /** Writes words of 64 bits to that memory. */
    void put(long offset, long... words);

    /** {@return where the process has a mapping of that name in /proc/PID/maps, or 0} */
    long find(String name);

    /** {@return a word of 64 bits of that memory} */
    long word(long offset);
}
