package dev.faultline.uffd.remote;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Source: {@code struct user_regs_struct}, sys/user.h. */
final class X86Registers implements RegisterLayout {
    static final int BYTES = 27 * Long.BYTES;
    static final int R10 = 7 * Long.BYTES;
    static final int R9 = 8 * Long.BYTES;
    static final int R8 = 9 * Long.BYTES;
    static final int RAX = 10 * Long.BYTES;
    static final int RDX = 12 * Long.BYTES;
    static final int RSI = 13 * Long.BYTES;
    static final int RDI = 14 * Long.BYTES;
    static final int ORIG_RAX = 15 * Long.BYTES;
    static final int RIP = 16 * Long.BYTES;

    private static final int[] ARGUMENTS = {RDI, RSI, RDX, R10, R8, R9};
    /** Not in a system call: the kernel has none to repeat when it lets the thread run. */
    private static final long NONE = -1;

    @Override
    public int lengthBytes() {
        return BYTES;
    }

    @Override
    public byte[] syscallInstruction() {
        return new byte[] {0x0f, 0x05};
    }

    @Override
    public int instructionAlignment() {
        return 1;
    }

    @Override
    public void prepareCall(MemorySegment registers, long instructionAddress, long number, long... arguments) {
        registers.set(JAVA_LONG, RIP, instructionAddress);
        registers.set(JAVA_LONG, RAX, number);
        registers.set(JAVA_LONG, ORIG_RAX, NONE);
        for (int i = 0; i < arguments.length; i++) {
            registers.set(JAVA_LONG, ARGUMENTS[i], arguments[i]);
        }
    }

    @Override
    public long result(MemorySegment registers) {
        return registers.get(JAVA_LONG, RAX);
    }
}
