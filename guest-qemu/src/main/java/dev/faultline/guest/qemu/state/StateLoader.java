package dev.faultline.guest.qemu.state;

import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.process.ErrorLog;
import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;

/** Has the destination's QEMU load a device state. QEMU 7.2 ends itself when it cannot. */
public final class StateLoader {
    private static final String NAME = "faultline-state";

    private StateLoader() {}

    /**
     * Loads.
     *
     * @param monitor a QEMU that waits for a migration
     * @param log what it complains of
     * @param state the device state
     * @throws GuestException if it is not loaded
     */
    public static void load(QemuMonitor monitor, ErrorLog log, byte[] state) {
        QmpClient qmp = monitor.qmp();
        MigrationWatch watch = new MigrationWatch(monitor);
        UnixConnection here = Descriptors.pass(qmp, NAME, qmp.timeoutNanos());
        try (here) {
            try {
                qmp.execute("migrate-incoming", Json.object().put("uri", "fd:" + NAME));
            } catch (GuestException e) {
                Descriptors.takeBack(qmp, NAME);
                throw e;
            }
            String status = sendAndAwait(watch, here, qmp, state);
            if (!status.equals("completed")) {
                String reason = monitor.migration().path("error-desc").asString("");
                throw new GuestException("its migration ended as '" + status + "' " + reason);
            }
        } catch (GuestException e) {
            throw new GuestException("QEMU could not load the device state: " + e.getMessage() + words(log), e);
        }
    }

    private static String sendAndAwait(MigrationWatch watch, UnixConnection here, QmpClient qmp, byte[] state) {
        try {
            here.send(state, List.of());
        } catch (LinuxException e) {
            // What QEMU says of it is worth more.
            System.getLogger(StateLoader.class.getName()).log(System.Logger.Level.DEBUG, "QEMU stopped reading", e);
        }
        return watch.await("completed", qmp.timeoutNanos());
    }

    private static String words(ErrorLog log) {
        String news = log.news();
        return news.isEmpty()
                ? ". It prints why to its standard error, which libvirt keeps in /var/log/libvirt/qemu"
                : ". It says: " + news;
    }
}
