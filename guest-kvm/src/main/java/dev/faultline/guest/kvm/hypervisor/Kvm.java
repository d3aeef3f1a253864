package dev.faultline.guest.kvm.hypervisor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** The hypervisor of this host. */
public final class Kvm implements AutoCloseable {
    private static final String DEVICE = "/dev/kvm";
    private static final int MAX_CPUID_ENTRIES = 256;

    private final Fd fd;

    private Kvm(Fd fd) {
        this.fd = fd;
    }

    /**
     * Opens the hypervisor.
     *
     * @return the hypervisor
     * @throws LinuxException ENOENT without KVM, EACCES without the permission; the message names the remedy
     * @throws UnsupportedOperationException on another processor than x86-64, or if KVM is older than Linux 4.13
     */
    public static Kvm open() {
        String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (!architecture.equals("amd64") && !architecture.equals("x86_64")) {
            throw new UnsupportedOperationException("the guest's program is for x86-64, this host is " + architecture);
        }
        long fd = LibC.open(DEVICE, LibC.O_RDWR | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw new LinuxException("open(" + DEVICE + ")", (int) -fd, remedy((int) -fd));
        }
        Kvm kvm = new Kvm(Fd.owning(fd));
        kvm.checkVersion();
        return kvm;
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.ENOENT -> "Load the module kvm_intel or kvm_amd, and in a virtual machine allow nested ones";
            case Errno.EACCES, Errno.EPERM -> "Add this user to the group that owns " + DEVICE + ", usually kvm";
            default -> "";
        };
    }

    private void checkVersion() {
        long version = LibC.ioctl(fd.number(), KvmIoctl.GET_API_VERSION, 0);
        if (version != KvmIoctl.API_VERSION || extension(KvmIoctl.CAP_IMMEDIATE_EXIT) <= 0) {
            close();
            throw new UnsupportedOperationException(
                    "KVM of this host (API version " + version + ") is too old: Linux 4.13 or newer is needed");
        }
    }

    /** {@return a new virtual machine without memory and vCPUs} */
    public Vm createVm() {
        long vm = LibC.ioctl(fd.number(), KvmIoctl.CREATE_VM, 0);
        return new Vm(Fd.owning(LinuxException.check(vm, "ioctl(KVM_CREATE_VM)")), this);
    }

    long extension(int capability) {
        return LibC.ioctl(fd.number(), KvmIoctl.CHECK_EXTENSION, capability);
    }

    long runBytes() {
        return LinuxException.check(
                LibC.ioctl(fd.number(), KvmIoctl.GET_VCPU_MMAP_SIZE, 0), "ioctl(KVM_GET_VCPU_MMAP_SIZE)");
    }

    /** All that this host can offer a guest, as {@code struct kvm_cpuid2}. */
    MemorySegment supportedCpuid(Arena arena) {
        MemorySegment cpuid = arena.allocate(
                KvmIoctl.CPUID_HEADER_BYTES + (long) MAX_CPUID_ENTRIES * KvmIoctl.CPUID_ENTRY_BYTES, Long.BYTES);
        cpuid.set(JAVA_INT, 0, MAX_CPUID_ENTRIES);
        LinuxException.check(
                LibC.ioctl(fd.number(), KvmIoctl.GET_SUPPORTED_CPUID, cpuid.address()),
                "ioctl(KVM_GET_SUPPORTED_CPUID)");
        return cpuid;
    }

    @Override
    public void close() {
        fd.close();
    }
}
