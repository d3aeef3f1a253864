package dev.faultline.guest.qemu.state;

import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.RamBlock;
import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.ipc.UnixConnection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * One migration of the source's QEMU into memory: it stops the machine, and writes the devices. QEMU 7.2 resumes the machine
 * by itself if it breaks off before the end, and if it ran before.
 */
public final class StateSender implements AutoCloseable {
    private static final String NAME = "faultline-state";
    private static final long MOST_BYTES = 64L << 20; // what one frame of a control connection carries
    private static final String COMPLETED = "completed";
    /** MigrationStatus, qapi/migration.json, QEMU 7.2. */
    private static final Set<String> UNDER_WAY = Set.of("setup", "cancelling", "active", "device");

    private final QemuMonitor monitor;
    private final QmpClient qmp;
    private final List<RamBlock> privateBlocks;
    private final MigrationWatch watch;
    private final UnixConnection here;
    private final StateDrain drain;

    private StateSender(QemuMonitor monitor, List<RamBlock> privateBlocks, MigrationWatch watch, UnixConnection here) {
        this.monitor = monitor;
        this.privateBlocks = privateBlocks;
        this.watch = watch;
        this.here = here;
        qmp = monitor.qmp();
        drain = new StateDrain(here, MOST_BYTES);
    }

    /**
     * Begins.
     *
     * @param monitor QEMU
     * @param privateBlocks the memory that goes with the devices
     * @return the migration
     * @throws GuestException if QEMU refuses
     */
    public static StateSender begin(QemuMonitor monitor, List<RamBlock> privateBlocks) {
        MigrationWatch watch = new MigrationWatch(monitor);
        UnixConnection here = Descriptors.pass(monitor.qmp(), NAME, 0);
        StateSender sender = new StateSender(monitor, privateBlocks, watch, here);
        watch.hasStopped(); // which runs that code for the first time now, and not while the machine stands still
        try {
            monitor.qmp().execute("migrate", Json.object().put("uri", "fd:" + NAME));
            return sender;
        } catch (GuestException e) {
            sender.close();
            Descriptors.takeBack(monitor.qmp(), NAME);
            throw e;
        }
    }

    /**
     * Waits until the machine is stopped, its block devices are drained, and all devices are written.
     *
     * @return the device state
     * @throws GuestException if QEMU fails to; {@link #cancel} then
     */
    public byte[] finish() {
        String status = watch.await(COMPLETED, qmp.timeoutNanos());
        if (!status.equals(COMPLETED)) {
            throw failed(status);
        }
        byte[] state = drain.takeAll(qmp.timeoutNanos()); // it has completed, and so written all
        if (!watch.hasStopped()) {
            requireStopped();
        }
        return state;
    }

    /** A machine that was paused before has told nothing; of one that has, another question would make its pause longer. */
    private void requireStopped() {
        String runState = monitor.runState();
        if (RunStates.guestState(runState) != GuestState.PAUSED) {
            throw new GuestException("QEMU has given its device state and is '" + runState + "' instead of stopped");
        }
    }

    private GuestException failed(String status) {
        if (drain.isTooLong()) {
            return new GuestException("The device state is longer than " + (MOST_BYTES >> 20)
                    + " MiB: memory that no file is behind goes with it, which is " + biggest());
        }
        Optional<String> reason =
                Optional.of(monitor.migration().path("error-desc").asString("")).filter(text -> !text.isEmpty());
        return new GuestException("QEMU's migration of the device state ended as '" + status + "'"
                + reason.map(text -> ": " + text).orElse(""));
    }

    private String biggest() {
        return privateBlocks.stream()
                .sorted((a, b) -> Long.compare(b.usedBytes(), a.usedBytes()))
                .limit(3)
                .map(block -> "'" + block.name() + "' of " + (block.usedBytes() >> 20) + " MiB")
                .toList()
                .toString();
    }

    /**
     * Breaks off a migration that somebody who has gone began, if there is one, and waits until QEMU has.
     *
     * @param monitor QEMU
     * @throws GuestException if QEMU does not answer
     */
    public static void cancelLeftBehind(QemuMonitor monitor) {
        if (UNDER_WAY.contains(monitor.migration().path("status").asString(""))) {
            MigrationWatch watch = new MigrationWatch(monitor);
            monitor.qmp().execute("migrate_cancel", Json.object());
            watch.await("cancelled", monitor.qmp().timeoutNanos());
        }
    }

    /**
     * Breaks off, and waits until QEMU has. Does nothing if it has ended already.
     *
     * @throws GuestException if QEMU does not answer
     */
    public void cancel() {
        ObjectNode none = Json.object();
        qmp.execute("migrate_cancel", none);
        String status = watch.await("cancelled", qmp.timeoutNanos());
        if (status.equals(COMPLETED)) {
            return; // it was faster
        }
        close();
    }

    @Override
    public void close() {
        here.close();
    }
}
