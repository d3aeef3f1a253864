package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.migration.guest.GuestException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

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
        long begin = System.nanoTime();
        while (!isRunning()) {
            if (System.nanoTime() - begin > monitor.qmp().timeoutNanos()) {
                throw new GuestException("QEMU took 'cont' and the machine is '" + monitor.runState() + "'");
            }
            LockSupport.parkNanos(NAP_NANOS);
        }
    }
}
