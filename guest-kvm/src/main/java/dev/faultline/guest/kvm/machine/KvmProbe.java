package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Finds out whether this host can run the guest on KVM, by running a small one. */
public final class KvmProbe {
    private static final long MEMORY_BYTES = 4 << 20;
    private static final long WORKING_SET_BYTES = 64 << 10;
    private static final int HEARTBEATS = 2;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private KvmProbe() {}

    /**
     * What was found out.
     *
     * @param usable whether KVM can be used
     * @param reason why not, in one sentence, or an empty string
     */
    public record Result(boolean usable, String reason) {}

    /** {@return whether KVM can be used here; takes up to 5 seconds if it runs a guest badly, else some milliseconds} */
    public static Result run() {
        try (MemoryFile file = MemoryFile.create("faultline-probe", MEMORY_BYTES, PageSize.SIZE_4K);
                GuestMapping mapping = file.mapGuest();
                KvmMachine machine = KvmMachine.boot(Workload.of(1, WORKING_SET_BYTES), file, mapping)) {
            return judge(observe(machine));
        } catch (LinuxException | UnsupportedOperationException | GuestException e) {
            return new Result(false, "KVM cannot be used: " + e.getMessage());
        }
    }

    private static MachineStats observe(KvmMachine machine) {
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

    private static Result judge(MachineStats stats) {
        if (stats.failure().isPresent()) {
            return new Result(
                    false, "KVM cannot run the guest: " + stats.failure().get());
        }
        if (stats.corruptions() > 0) {
            return new Result(
                    false, "KVM loses guest memory: " + stats.firstCorruption().orElseThrow() + ".");
        }
        if (stats.heartbeats() < HEARTBEATS) {
            return new Result(false, "KVM runs, but a guest of 64 KiB gave no sign of life in 5 s.");
        }
        return new Result(true, "");
    }
}
