package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out whether this host can run and move a guest, by running and moving a small one.
 *
 * <p>It is also the rehearsal for a real one: a process that has run it has loaded and linked everything that a pause and
 * a move need, and spares that to the first guest that is paused.
 */
public final class MachineProbe {
    private static final Workload WORKLOAD = Workload.of(1, 64 << 10);
    private static final long MEMORY_BYTES = 4 << 20;
    private static final int HEARTBEATS = 2;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private MachineProbe() {}

    /**
     * What was found out.
     *
     * @param usable whether a machine of that type can be used
     * @param reason why not, in one sentence, or an empty string
     */
    public record Result(boolean usable, String reason) {}

    /**
     * {@return whether machines of a type can be used here}
     *
     * <p>Takes some ten milliseconds, or up to 10 seconds on a host that runs guests badly.
     *
     * @param type the type
     */
    public static Result run(MachineType type) {
        try (Memfd file = Memfd.create("faultline-probe", MEMORY_BYTES, PageSize.SIZE_4K);
                GuestMapping first = file.mapGuest();
                GuestMapping second = file.mapGuest();
                Machine source = type.boot(WORKLOAD, file, first);
                Machine target = type.incoming(WORKLOAD, file, second)) {
            observe(source);
            target.loadState(source.saveState());
            observe(target);
            return new Result(true, "");
        } catch (LinuxException | UnsupportedOperationException | GuestException e) {
            return new Result(false, type + " machines cannot be used: " + e.getMessage());
        }
    }

    /** Lets a guest run until it has shown that it lives. */
    private static void observe(Machine machine) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        long wanted = machine.stats().heartbeats() + HEARTBEATS;
        machine.resume();
        MachineStats stats = machine.stats();
        while (stats.heartbeats() < wanted && stats.failure().isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_NANOS);
            stats = machine.stats();
        }
        machine.pause();
        judge(machine.stats(), wanted);
    }

    private static void judge(MachineStats stats, long wantedHeartbeats) {
        stats.failure().ifPresent(MachineProbe::reject);
        stats.firstCorruption()
                .ifPresent(corruption -> reject("a small guest's memory was wrong: " + corruption + "."));
        if (stats.heartbeats() < wantedHeartbeats) {
            reject("a small guest gave no sign of life in 5 s.");
        }
    }

    private static void reject(String reason) {
        throw new GuestException(reason);
    }
}
