package dev.faultline.guest.qemu.state;

import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.qmp.QmpEvent;
import dev.faultline.migration.guest.GuestException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Follows a migration of QEMU's by its events, and asks now and then, for the case that one was lost. */
final class MigrationWatch {
    private static final Set<String> ENDED = Set.of("completed", "failed", "cancelled");
    private static final String STOP = "STOP";
    private static final String RESUME = "RESUME";
    private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final QemuMonitor monitor;
    private final long mark;

    /** Watches from now on; to be made before the migration is begun. */
    MigrationWatch(QemuMonitor monitor) {
        this.monitor = monitor;
        mark = monitor.qmp().eventMark();
    }

    /**
     * {@return the first status that is wanted, or with which it has ended}
     *
     * @throws GuestException if neither comes in time, or QEMU has gone
     */
    String await(String wanted, long timeoutNanos) {
        long deadlineNanos = System.nanoTime() + timeoutNanos;
        while (true) {
            long leftNanos = deadlineNanos - System.nanoTime();
            Optional<QmpEvent> event = monitor.qmp()
                    .awaitEvent(mark, happened -> isEnd(status(happened), wanted), Math.min(ASK_NANOS, leftNanos));
            if (event.isPresent()) {
                return status(event.get());
            }
            if (monitor.qmp().hasEnded()) {
                throw new GuestException("QEMU has ended");
            }
            if (leftNanos <= 0) {
                throw new GuestException(String.format(
                        Locale.ROOT,
                        "QEMU's migration of the device state did not get to '%s' in %.3g s",
                        wanted,
                        timeoutNanos / 1e9));
            }
            String asked = monitor.migrationStatus();
            if (isEnd(asked, wanted)) {
                return asked;
            }
        }
    }

    /** {@return whether it has ended already, as far as events tell} */
    boolean hasEnded() {
        return monitor.qmp()
                .awaitEvent(mark, happened -> ENDED.contains(status(happened)), 0)
                .isPresent();
    }

    /** {@return whether the machine has stopped since the watch began, as its events tell, and has not run on} */
    boolean hasStopped() {
        return lastOfRunning().filter(STOP::equals).isPresent();
    }

    /** {@return whether it has begun to run since, as its events tell} */
    boolean hasResumed() {
        return lastOfRunning().filter(RESUME::equals).isPresent();
    }

    private Optional<String> lastOfRunning() {
        return monitor.qmp()
                .lastEvent(
                        mark, event -> event.name().equals(STOP) || event.name().equals(RESUME))
                .map(QmpEvent::name);
    }

    private static boolean isEnd(String status, String wanted) {
        return status.equals(wanted) || ENDED.contains(status);
    }

    private static String status(QmpEvent event) {
        return event.name().equals("MIGRATION") ? event.data().path("status").asString("") : "";
    }
}
