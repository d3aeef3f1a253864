package dev.faultline.guest.kvm.hypervisor;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.state.StateWriter;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * All state of a vCPU, as blocks in the order in which KVM takes them back:
 *
 * <pre>
 * sregs | xcrs | xsave | regs | debugregs | mp_state | events | count (index value)* of the MSRs
 * </pre>
 *
 * <p>The mode comes first, because it decides what the registers may hold; the events come late, because setting
 * registers drops a pending exception.
 */
final class VcpuState {
    private static final int MSR_NUMBER_OFFSET = 8;
    private static final int MSR_VALUE_OFFSET = 16;
    private static final int MSR_BYTES = 24;

    /** A block of fixed size with its own pair of requests. */
    private enum Block {
        SREGS(KvmIoctl.GET_SREGS, KvmIoctl.SET_SREGS, KvmIoctl.SREGS_BYTES),
        XCRS(KvmIoctl.GET_XCRS, KvmIoctl.SET_XCRS, KvmIoctl.XCRS_BYTES),
        XSAVE(KvmIoctl.GET_XSAVE, KvmIoctl.SET_XSAVE, KvmIoctl.XSAVE_MIN_BYTES),
        REGS(KvmIoctl.GET_REGS, KvmIoctl.SET_REGS, KvmIoctl.REGS_BYTES),
        DEBUGREGS(KvmIoctl.GET_DEBUGREGS, KvmIoctl.SET_DEBUGREGS, KvmIoctl.DEBUGREGS_BYTES),
        MP_STATE(KvmIoctl.GET_MP_STATE, KvmIoctl.SET_MP_STATE, KvmIoctl.MP_STATE_BYTES),
        EVENTS(KvmIoctl.GET_VCPU_EVENTS, KvmIoctl.SET_VCPU_EVENTS, KvmIoctl.VCPU_EVENTS_BYTES);

        final long get;
        final long set;
        final int lengthBytes;

        Block(long get, long set, int lengthBytes) {
            this.get = get;
            this.set = set;
            this.lengthBytes = lengthBytes;
        }
    }

    /** Model-specific registers that are not in another block. Source: asm/msr-index.h, Linux 6.18. */
    private enum Msr {
        TSC(0x10),
        SYSENTER_CS(0x174),
        SYSENTER_ESP(0x175),
        SYSENTER_EIP(0x176),
        PAT(0x277),
        STAR(0xC0000081),
        LSTAR(0xC0000082),
        CSTAR(0xC0000083),
        SYSCALL_MASK(0xC0000084),
        KERNEL_GS_BASE(0xC0000102),
        TSC_AUX(0xC0000103);

        final int number;

        Msr(int number) {
            this.number = number;
        }

        static Msr of(int number) {
            for (Msr msr : values()) {
                if (msr.number == number) {
                    return msr;
                }
            }
            throw new GuestException("The machine state has a register that no vCPU here has: MSR 0x"
                    + Integer.toHexString(number) + ".");
        }
    }

    private final Fd fd;
    private final boolean hasXsave2;
    private final MemorySegment buffer;
    private final long xsaveBytes;

    VcpuState(Fd fd, Arena arena, long xsaveBytes) {
        this.fd = fd;
        this.hasXsave2 = xsaveBytes > 0;
        this.xsaveBytes = Math.max(xsaveBytes, KvmIoctl.XSAVE_MIN_BYTES);
        this.buffer = arena.allocate(this.xsaveBytes, 64);
    }

    void save(StateWriter out) {
        for (Block block : Block.values()) {
            buffer.fill((byte) 0);
            boolean large = block == Block.XSAVE && hasXsave2;
            long result = ioctl(large ? KvmIoctl.GET_XSAVE2 : block.get);
            LinuxException.check(result, "ioctl(KVM_GET_" + block + ")");
            out.putBlock(buffer.asSlice(0, lengthBytes(block)));
        }
        saveMsrs(out);
    }

    /** One by one: KVM stops a list at the first register that it does not have. */
    private void saveMsrs(StateWriter out) {
        MemorySegment values = MemorySegment.ofArray(new long[Msr.values().length * 2]);
        int count = 0;
        for (Msr msr : Msr.values()) {
            prepareMsr(msr, 0);
            if (ioctl(KvmIoctl.GET_MSRS) == 1) {
                values.setAtIndex(JAVA_LONG, count * 2L, msr.number);
                values.setAtIndex(JAVA_LONG, count * 2L + 1, buffer.get(JAVA_LONG, MSR_VALUE_OFFSET));
                count++;
            }
        }
        out.putInt(count);
        for (int i = 0; i < count; i++) {
            out.putInt((int) values.getAtIndex(JAVA_LONG, i * 2L));
            out.putLong(values.getAtIndex(JAVA_LONG, i * 2L + 1));
        }
    }

    void load(StateReader in) {
        for (Block block : Block.values()) {
            MemorySegment content = in.getBlock(lengthBytes(block), block + " of a vCPU");
            if (block != Block.XSAVE && content.byteSize() != block.lengthBytes) {
                throw new GuestException("The machine state's " + block + " of a vCPU has " + content.byteSize()
                        + " bytes instead of " + block.lengthBytes + ".");
            }
            buffer.fill((byte) 0);
            buffer.copyFrom(content);
            accept(ioctl(block.set), block.toString());
        }
        int count = in.getInt();
        if (count < 0 || count > Msr.values().length) {
            throw new GuestException("The machine state has " + count + " MSRs for a vCPU.");
        }
        for (int i = 0; i < count; i++) {
            Msr msr = Msr.of(in.getInt());
            prepareMsr(msr, in.getLong());
            accept(ioctl(KvmIoctl.SET_MSRS) == 1 ? 0 : -1, "MSR " + msr);
        }
    }

    /** The area grows with the host's features; what a smaller one lacks is zero, which is its initial state. */
    private long lengthBytes(Block block) {
        return block == Block.XSAVE ? xsaveBytes : block.lengthBytes;
    }

    /** {@code struct kvm_msrs} with one entry: count, padding, number, reserved, value. */
    private void prepareMsr(Msr msr, long value) {
        buffer.asSlice(0, MSR_BYTES).fill((byte) 0);
        buffer.set(JAVA_INT, 0, 1);
        buffer.set(JAVA_INT, MSR_NUMBER_OFFSET, msr.number);
        buffer.set(JAVA_LONG, MSR_VALUE_OFFSET, value);
    }

    private long ioctl(long request) {
        return LibC.ioctl(fd.number(), request, buffer.address());
    }

    private static void accept(long result, String what) {
        if (result < 0) {
            throw new GuestException(
                    "KVM of this host refuses the machine state's " + what
                            + " of a vCPU: the source's processor can something that this one cannot, or the state is damaged.");
        }
    }
}
