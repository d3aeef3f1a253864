package dev.faultline.guest.kvm.hypervisor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** A copy of a vCPU's general registers: {@code struct kvm_regs}. Source: asm/kvm.h, Linux 6.18. */
public final class Registers {
    /** The registers that the guest's program keeps something in. */
    public enum Name {
        /** Accumulator. */
        RAX(0),
        /** Counter. */
        RCX(16),
        /** Source. */
        RSI(32),
        /** Destination. */
        RDI(40),
        /** Frame pointer. */
        RBP(56),
        /** Extended register 8. */
        R8(64),
        /** Extended register 9. */
        R9(72),
        /** Extended register 10. */
        R10(80),
        /** Extended register 11. */
        R11(88),
        /** Extended register 12. */
        R12(96),
        /** Extended register 13. */
        R13(104),
        /** Extended register 14. */
        R14(112),
        /** Extended register 15. */
        R15(120),
        /** Instruction pointer. */
        RIP(128),
        /** Flags. */
        RFLAGS(136);

        private final int offset;

        Name(int offset) {
            this.offset = offset;
        }
    }

    private final MemorySegment structure;

    Registers(MemorySegment structure) {
        this.structure = structure;
    }

    MemorySegment structure() {
        return structure;
    }

    /**
     * {@return a register's value}
     *
     * @param name which
     */
    public long get(Name name) {
        return structure.get(JAVA_LONG, name.offset);
    }

    /**
     * Changes the copy; {@link Vcpu#storeRegisters} gives it to the vCPU.
     *
     * @param name which
     * @param value its new value
     */
    public void set(Name name, long value) {
        structure.set(JAVA_LONG, name.offset, value);
    }

    /** Sets all of them to 0. */
    public void clear() {
        structure.fill((byte) 0);
    }
}
