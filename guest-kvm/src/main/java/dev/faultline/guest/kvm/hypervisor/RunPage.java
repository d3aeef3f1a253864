package dev.faultline.guest.kvm.hypervisor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/** What a vCPU and its user tell each other: {@code struct kvm_run}. Source: linux/kvm.h, Linux 6.18. */
public final class RunPage {
    /** The vCPU wrote to a port. */
    public static final int EXIT_IO = 2;

    /** A signal came. */
    public static final int EXIT_INTR = 10;

    private static final int EXIT_SHUTDOWN = 8;
    private static final int EXIT_FAIL_ENTRY = 9;
    private static final int EXIT_INTERNAL_ERROR = 17;

    private static final int IMMEDIATE_EXIT_OFFSET = 1;
    private static final int EXIT_REASON_OFFSET = 8;
    private static final int IO_PORT_OFFSET = 34;
    private static final int FAIL_ENTRY_REASON_OFFSET = 32;
    private static final int INTERNAL_SUBERROR_OFFSET = 32;

    private final MemorySegment page;

    RunPage(Fd vcpu, long lengthBytes) {
        int protection = LibC.PROT_READ | LibC.PROT_WRITE;
        long address = LibC.mmap(0, lengthBytes, protection, LibC.MAP_SHARED, vcpu.number(), 0);
        page = NativeMemory.segment(LinuxException.check(address, "mmap(vCPU)"), lengthBytes);
    }

    /**
     * Says whether KVM_RUN is to come back at once. Ordered before whatever the caller reads or calls next.
     *
     * @param on whether
     */
    public void setImmediateExit(boolean on) {
        page.set(JAVA_BYTE, IMMEDIATE_EXIT_OFFSET, (byte) (on ? 1 : 0));
        VarHandle.fullFence();
    }

    /** {@return why KVM_RUN came back} */
    public int exitReason() {
        return page.get(JAVA_INT, EXIT_REASON_OFFSET);
    }

    /** {@return the port that was written to, after {@link #EXIT_IO}} */
    public int ioPort() {
        return Short.toUnsignedInt(page.get(JAVA_SHORT, IO_PORT_OFFSET));
    }

    /** {@return why KVM_RUN came back, in words} */
    public String describeExit() {
        return switch (exitReason()) {
            case EXIT_IO -> "it wrote to port 0x" + Integer.toHexString(ioPort());
            case EXIT_SHUTDOWN -> "it shut down, which an exception does to a guest without handlers";
            case EXIT_FAIL_ENTRY ->
                "the processor refused to enter the guest, reason 0x"
                        + Long.toHexString(page.get(JAVA_LONG, FAIL_ENTRY_REASON_OFFSET));
            case EXIT_INTERNAL_ERROR -> "KVM internal error " + page.get(JAVA_INT, INTERNAL_SUBERROR_OFFSET);
            default -> "KVM exit " + exitReason() + " was not expected";
        };
    }

    void unmap() {
        LibC.munmap(page.address(), page.byteSize());
    }
}
