package dev.faultline.cli.doctor;

import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.guest.kvm.machine.MachineStats;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Runs a small guest on KVM for some milliseconds: that /dev/kvm can be opened does not say that a guest runs on it. */
final class KvmTrial {
    private static final long MEMORY_BYTES = 4 << 20;
    private static final long WORKING_SET_BYTES = 64 << 10;
    private static final int HEARTBEATS = 2;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private KvmTrial() {}

    /** {@return what is wrong, or an empty string} */
    static String run() {
        try (MemoryFile file = MemoryFile.create("faultline-doctor", MEMORY_BYTES, PageSize.SIZE_4K);
                GuestMapping mapping = file.mapGuest();
                Machine machine = MachineType.KVM.boot(Workload.of(1, WORKING_SET_BYTES), file, mapping)) {
            return judge(observe(machine));
        } catch (LinuxException | UnsupportedOperationException | GuestException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static MachineStats observe(Machine machine) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        machine.resume();
        MachineStats stats = machine.stats();
        while (stats.heartbeats() < HEARTBEATS && stats.failure().isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
            stats = machine.stats();
        }
        machine.pause();
        return machine.stats();
    }

    private static String judge(MachineStats stats) {
        if (stats.failure().isPresent()) {
            return stats.failure().get();
        }
        if (stats.corruptions() > 0) {
            return "KVM loses guest memory: "
                    + stats.firstCorruption().map(Object::toString).orElse("");
        }
        return stats.heartbeats() < HEARTBEATS ? "a guest on KVM gave no sign of life in 5 s" : "";
    }
}
