package dev.faultline.guest.qemu.state;

import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.process.ErrorLog;
import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Has the destination's QEMU load a device state, once. The connection for it is made in advance: the load is part of
 * the time in which the machine runs nowhere. QEMU 7.2 ends itself when it cannot load.
 */
public final class StateLoader implements AutoCloseable {
    private static final String NAME = "faultline-state";

    private final QemuMonitor monitor;
    private final QmpClient qmp;
    private final ErrorLog log;
    private final UnixConnection here;
    private @Nullable MigrationWatch watch;
    private boolean given;

    /**
     * Gets ready.
     *
     * @param monitor a QEMU that waits for a migration
     * @param log what it complains of
     * @throws GuestException if QEMU refuses
     */
    public StateLoader(QemuMonitor monitor, ErrorLog log) {
        this.monitor = monitor;
        this.log = log;
        qmp = monitor.qmp();
        here = Descriptors.pass(qmp, NAME, qmp.timeoutNanos());
    }

    /**
     * Has QEMU begin to read. It ends itself if this is closed then before a state has come.
     *
     * @throws GuestException if QEMU refuses
     */
    public synchronized void expect() {
        if (watch == null) {
            MigrationWatch fromNow = new MigrationWatch(monitor);
            qmp.execute("migrate-incoming", Json.object().put("uri", "fd:" + NAME));
            watch = fromNow;
            // To ask now also runs the code for the first time that is needed while the machine stands still.
            if (fromNow.hasEnded() || fromNow.hasResumed()) {
                throw new GuestException("QEMU does not wait for a device state" + words());
            }
        }
    }

    /**
     * Loads.
     *
     * @param state the device state
     * @throws GuestException if it is not loaded
     */
    public synchronized void load(byte[] state) {
        if (given || state.length == 0) {
            throw new GuestException(
                    "No device state can be loaded: " + (given ? "this QEMU was given one already" : "it is empty"));
        }
        try {
            expect();
            given = true;
            send(state);
            String status = Objects.requireNonNull(watch, "expected").await("completed", qmp.timeoutNanos());
            if (!status.equals("completed")) {
                String reason = monitor.migration().path("error-desc").asString("");
                throw new GuestException("its migration ended as '" + status + "' " + reason);
            }
        } catch (GuestException e) {
            throw new GuestException("QEMU could not load the device state: " + e.getMessage() + words(), e);
        } finally {
            here.close();
        }
    }

    /** {@return whether the machine has begun to run since it was told to load, as its events tell} */
    public synchronized boolean hasResumed() {
        return watch != null && watch.hasResumed();
    }

    private void send(byte[] state) {
        try {
            here.send(state, List.of());
        } catch (LinuxException e) {
            // What QEMU says of it is worth more.
            System.getLogger(StateLoader.class.getName()).log(System.Logger.Level.DEBUG, "QEMU stopped reading", e);
        }
        here.close(); // or QEMU would wait for the rest of a state that is too short
    }

    private String words() {
        String news = log.news();
        return news.isEmpty()
                ? ". It prints why to its standard error, which libvirt keeps in /var/log/libvirt/qemu"
                : ". It says: " + news;
    }

    @Override
    public synchronized void close() {
        here.close();
        if (watch == null) {
            Descriptors.takeBack(qmp, NAME);
        }
    }
}
