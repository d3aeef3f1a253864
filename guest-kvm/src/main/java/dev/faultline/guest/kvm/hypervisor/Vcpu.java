package dev.faultline.guest.kvm.hypervisor;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.state.StateWriter;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A virtual CPU. One thread at a time uses it; the exceptions are {@link RunPage#setImmediateExit} and {@link #close},
 * which is for when no thread runs it any more. Every call other than {@link #run()} waits while another thread runs it.
 */
public final class Vcpu implements AutoCloseable {
    private final Fd fd;
    private final Arena arena = Arena.ofShared();
    private final RunPage runPage;
    private final Registers registers;
    private final VcpuState state;

    Vcpu(Fd fd, Kvm kvm, long xsaveBytes) {
        this.fd = fd;
        runPage = new RunPage(fd, kvm.runBytes());
        registers = new Registers(arena.allocate(KvmIoctl.REGS_BYTES, Long.BYTES));
        state = new VcpuState(fd, arena, xsaveBytes);
        long result = LibC.ioctl(
                fd.number(), KvmIoctl.SET_CPUID2, kvm.supportedCpuid(arena).address());
        LinuxException.check(result, "ioctl(KVM_SET_CPUID2)");
    }

    /** {@return what it and its user tell each other} */
    public RunPage runPage() {
        return runPage;
    }

    /**
     * Runs the guest until it needs its user. The calling thread is in native state meanwhile: a fault in guest memory
     * blocks it, and no safepoint.
     *
     * @return 0, or {@code -EINTR} after a signal or when an immediate exit was asked for
     */
    public long run() {
        return LibC.ioctl(fd.number(), KvmIoctl.RUN, 0);
    }

    /** {@return its general registers, read anew; valid until the next call} */
    public Registers loadRegisters() {
        long result =
                LibC.ioctl(fd.number(), KvmIoctl.GET_REGS, registers.structure().address());
        LinuxException.check(result, "ioctl(KVM_GET_REGS)");
        return registers;
    }

    /** {@return the copy of its general registers as it is} */
    public Registers registers() {
        return registers;
    }

    /** Gives it the general registers of the copy. */
    public void storeRegisters() {
        long result =
                LibC.ioctl(fd.number(), KvmIoctl.SET_REGS, registers.structure().address());
        LinuxException.check(result, "ioctl(KVM_SET_REGS)");
    }

    /** Puts it into 64-bit mode at privilege level 3, with the tables of the boot image. */
    public void enterLongMode() {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment sregs = local.allocate(KvmIoctl.SREGS_BYTES, Long.BYTES);
            LinuxException.check(LibC.ioctl(fd.number(), KvmIoctl.GET_SREGS, sregs.address()), "ioctl(KVM_GET_SREGS)");
            LongMode.enter(sregs);
            LinuxException.check(
                    LibC.ioctl(fd.number(), KvmIoctl.SET_SREGS, sregs.address()), "ioctl(KVM_SET_SREGS, 64-bit mode)");
        }
    }

    /**
     * Writes down everything that it is; it does not run, and no port access of it is half done.
     *
     * @param out where to
     */
    public void save(StateWriter out) {
        state.save(out);
    }

    /**
     * Makes it what another one was.
     *
     * @param in what {@link #save} wrote
     * @throws dev.faultline.migration.guest.GuestException if this host cannot be that
     */
    public void load(StateReader in) {
        state.load(in);
    }

    @Override
    public void close() {
        runPage.unmap();
        fd.close();
        arena.close();
    }
}
