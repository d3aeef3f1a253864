package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;

/** The kinds of machines. */
public enum MachineType {
    /** Real vCPUs on /dev/kvm. */
    KVM(1) {
        @Override
        public Machine boot(Workload workload, Memfd file, GuestMapping mapping) {
            return KvmMachine.boot(workload, file, mapping);
        }

        @Override
        public Machine incoming(Workload workload, Memfd file, GuestMapping mapping) {
            return KvmMachine.incoming(workload, file, mapping);
        }
    },
    /** Threads in place of vCPUs, for a host without KVM. */
    NATIVE(2) {
        @Override
        public Machine boot(Workload workload, Memfd file, GuestMapping mapping) {
            return NativeMachine.boot(workload, file, mapping);
        }

        @Override
        public Machine incoming(Workload workload, Memfd file, GuestMapping mapping) {
            return NativeMachine.incoming(workload, file, mapping);
        }
    };

    /** Its number in a saved state. */
    final int code;

    MachineType(int code) {
        this.code = code;
    }

    /**
     * Makes a paused machine with a fresh guest.
     *
     * @param workload what the guest does
     * @param file its memory, all zero
     * @param mapping the mapping of that file through which the guest runs; never touched by Java code
     * @return the machine, which the caller closes
     * @throws IllegalArgumentException if the workload does not fit into the memory
     * @throws dev.faultline.uffd.os.LinuxException if the kernel refuses what it needs
     * @throws UnsupportedOperationException if this host can never run it
     */
    public abstract Machine boot(Workload workload, Memfd file, GuestMapping mapping);

    /**
     * Makes a machine that waits for {@link Machine#loadState}. Neither this nor the loading touches its memory.
     *
     * @param workload what the guest does on the machine that it comes from
     * @param file its memory
     * @param mapping the mapping of that file through which the guest will run; never touched by Java code
     * @return the machine, which the caller closes
     * @throws IllegalArgumentException if the workload does not fit into the memory
     * @throws dev.faultline.uffd.os.LinuxException if the kernel refuses what it needs
     * @throws UnsupportedOperationException if this host can never run it
     */
    public abstract Machine incoming(Workload workload, Memfd file, GuestMapping mapping);
}
