package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.hypervisor.Kvm;
import dev.faultline.guest.kvm.hypervisor.Vm;
import dev.faultline.guest.kvm.program.BootImage;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import java.util.ArrayList;
import java.util.List;

/** A machine with real vCPUs on /dev/kvm. Their threads are in native state while the guest runs. */
public final class KvmMachine extends VcpuMachine {
    private final Host host;

    /** What the machine has of the hypervisor. */
    private record Host(Kvm kvm, Vm vm, List<KvmCpu> cpus) {
        static Host open(MemoryMap map, GuestMapping mapping) {
            NativeMemory.ignoreButInterrupt(KvmCpu.KICK_SIGNAL);
            Kvm kvm = Kvm.open();
            try {
                Host host = new Host(kvm, kvm.createVm(), new ArrayList<>());
                return host.closingOnFailure(() -> host.addCpus(map, mapping));
            } catch (RuntimeException e) {
                kvm.close();
                throw e;
            }
        }

        private void addCpus(MemoryMap map, GuestMapping mapping) {
            vm.setMemory(mapping);
            for (int id = 0; id < map.workload().vcpuCount(); id++) {
                cpus.add(new KvmCpu(id, vm.createVcpu(id), map, mapping));
            }
        }

        Host closingOnFailure(Runnable action) {
            try {
                action.run();
                return this;
            } catch (RuntimeException e) {
                cpus.forEach(KvmCpu::close);
                close();
                throw e;
            }
        }

        /** Its vCPUs are closed before. */
        void close() {
            vm.close();
            kvm.close();
        }
    }

    private KvmMachine(MemoryMap map, Host host, GuestState state) {
        super(MachineType.KVM, map, host.cpus, state);
        this.host = host;
    }

    /**
     * Makes a paused machine with a fresh guest. Its program and tables are written through an alias of the memory file.
     *
     * @param workload what the guest does
     * @param file its memory, all zero
     * @param mapping the mapping of that file through which the guest runs
     * @return the machine
     * @throws IllegalArgumentException if the workload does not fit into the memory
     * @throws dev.faultline.uffd.os.LinuxException if KVM is missing, not permitted, or refuses something
     * @throws UnsupportedOperationException on another processor than x86-64
     */
    public static KvmMachine boot(Workload workload, Memfd file, GuestMapping mapping) {
        MemoryMap map = layOut(workload, file, mapping);
        Host host = Host.open(map, mapping);
        host.closingOnFailure(() -> {
            try (AliasMapping alias = file.mapAlias()) {
                BootImage.write(alias.segment(), map);
            }
            host.cpus.forEach(KvmCpu::boot);
        });
        return new KvmMachine(map, host, GuestState.PAUSED);
    }

    /**
     * Makes a machine that waits for a state.
     *
     * @param workload what the guest does on the machine that it comes from
     * @param file its memory
     * @param mapping the mapping of that file through which the guest will run
     * @return the machine
     * @throws IllegalArgumentException if the workload does not fit into the memory
     * @throws dev.faultline.uffd.os.LinuxException if KVM is missing, not permitted, or refuses something
     * @throws UnsupportedOperationException on another processor than x86-64
     */
    public static KvmMachine incoming(Workload workload, Memfd file, GuestMapping mapping) {
        MemoryMap map = layOut(workload, file, mapping);
        return new KvmMachine(map, Host.open(map, mapping), GuestState.INCOMING);
    }

    @Override
    void closeHypervisor() {
        host.close();
    }
}
