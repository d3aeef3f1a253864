package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.migration.guest.GuestException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Stopping the machine, and letting it run. */
final class RunControl {
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final QemuMonitor monitor;

    RunControl(QemuMonitor monitor) {
        this.monitor = monitor;
    }

    boolean isRunning() {
        return monitor.runState().equals(RunStates.RUNNING);
    }

    /** Stops the vCPUs, and returns when no transfer of a block device is under way either. */
    void stop() {
        monitor.qmp().execute("stop");
        if (isRunning()) {
            throw new GuestException("QEMU took 'stop' and the machine still runs");
        }
    }

    /** Lets it run, and waits until it does. */
    void cont() {
        monitor.qmp().execute("cont");
        await(RunStates.RUNNING::equals, "QEMU took 'cont'");
    }

    /** Waits until QEMU is done with a migration that has given its device state: before, it refuses 'cont'. */
    void awaitMigrated() {
        await(state -> !state.equals(RunStates.MIGRATING), "QEMU has given its device state");
    }

    private void await(Predicate<String> wanted, String after) {
        long begin = System.nanoTime();
        String state = monitor.runState();
        while (!wanted.test(state)) {
            if (System.nanoTime() - begin > monitor.qmp().timeoutNanos()) {
                throw new GuestException(after + " and the machine is '" + state + "'");
            }
            LockSupport.parkNanos(NAP_NANOS);
            state = monitor.runState();
        }
    }
}
