package dev.faultline.guest.kvm.hypervisor;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;

/** A virtual machine without an interrupt controller. Belongs to the process that made it. */
public final class Vm implements AutoCloseable {
    private final Fd fd;
    private final Kvm kvm;

    Vm(Fd fd, Kvm kvm) {
        this.fd = fd;
        this.kvm = kvm;
    }

    /**
     * Gives it its memory, from guest-physical address 0 on.
     *
     * @param mapping the memory; mapped for as long as a vCPU runs
     * @throws LinuxException as KVM_SET_USER_MEMORY_REGION
     */
    public void setMemory(GuestMapping mapping) {
        // struct kvm_userspace_memory_region: slot, flags, guest_phys_addr, memory_size, userspace_addr
        MemorySegment region = Scratch.ofThisThread().argument();
        region.set(JAVA_INT, 0, 0);
        region.set(JAVA_INT, 4, 0);
        region.set(JAVA_LONG, 8, 0);
        region.set(JAVA_LONG, 16, mapping.lengthBytes());
        region.set(JAVA_LONG, 24, mapping.address());
        long result = LibC.ioctl(fd.number(), KvmIoctl.SET_USER_MEMORY_REGION, region.address());
        LinuxException.check(result, "ioctl(KVM_SET_USER_MEMORY_REGION, " + mapping.lengthBytes() + " bytes)");
    }

    /**
     * Makes a vCPU that can do all that this host can.
     *
     * @param id its number, from 0
     * @return the vCPU
     * @throws LinuxException as KVM_CREATE_VCPU; EEXIST if there is one of that number
     */
    public Vcpu createVcpu(int id) {
        long vcpu = LibC.ioctl(fd.number(), KvmIoctl.CREATE_VCPU, id);
        // Asked of the machine, because the size depends on what its owner may use.
        long xsaveBytes = LibC.ioctl(fd.number(), KvmIoctl.CHECK_EXTENSION, KvmIoctl.CAP_XSAVE2);
        Fd vcpuFd = Fd.owning(LinuxException.check(vcpu, "ioctl(KVM_CREATE_VCPU, " + id + ")"));
        try {
            return new Vcpu(vcpuFd, kvm, xsaveBytes);
        } catch (RuntimeException e) {
            vcpuFd.close();
            throw e;
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
