package dev.faultline.uffd.remote;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Written from the sources and never run: x0 to x30, sp, pc, pstate. This kernel winds pc and x0 back to the interrupted
 * call before it lets a tracer look: the call is repeated from its beginning, a sleep for its whole time. Source:
 * {@code struct user_pt_regs}, asm/ptrace.h; do_signal, arch/arm64/kernel/signal.c, Linux 6.18.
 */
final class Aarch64Registers implements RegisterLayout {
    static final int BYTES = 34 * Long.BYTES;
    static final int X8 = 8 * Long.BYTES;
    static final int PC = 32 * Long.BYTES;

    @Override
    public int lengthBytes() {
        return BYTES;
    }

    /** {@return svc #0} */
    @Override
    public byte[] syscallInstruction() {
        return new byte[] {0x01, 0x00, 0x00, (byte) 0xd4};
    }

    @Override
    public int instructionAlignment() {
        return Integer.BYTES;
    }

    @Override
    public void prepareCall(MemorySegment registers, long instructionAddress, long number, long... arguments) {
        registers.set(JAVA_LONG, PC, instructionAddress);
        registers.set(JAVA_LONG, X8, number);
        for (int i = 0; i < arguments.length; i++) {
            registers.set(JAVA_LONG, (long) i * Long.BYTES, arguments[i]);
        }
    }

    @Override
    public long result(MemorySegment registers) {
        return registers.get(JAVA_LONG, 0);
    }
}
