package dev.faultline.uffd.remote;

import dev.faultline.uffd.internal.linux.Syscall;
import java.lang.foreign.MemorySegment;

/** A thread's registers as PTRACE_GETREGSET of NT_PRSTATUS shows them, and what an architecture does with them in a call. */
interface RegisterLayout {
    /** {@return that of this machine} */
    static RegisterLayout ofThisMachine() {
        return Syscall.AARCH64 ? new Aarch64Registers() : new X86Registers();
    }

    /** {@return the structure's size; a process of another architecture or width shows another} */
    int lengthBytes();

    /** {@return the instruction that enters the kernel} */
    byte[] syscallInstruction();

    /** {@return at which multiples an instruction begins} */
    int instructionAlignment();

    /** Makes the registers enter the kernel with a call of at most six arguments. */
    void prepareCall(MemorySegment registers, long instructionAddress, long number, long... arguments);

    /** {@return what the call returned} */
    long result(MemorySegment registers);
}
