package dev.faultline.guest.qemu.state;

import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.uffd.ipc.UnixConnection;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** A connection between QEMU and this process that nobody else can see: no port and no file. */
final class Descriptors {
    private Descriptors() {}

    /**
     * {@return this end of a new connection, whose other end QEMU has under a name}
     *
     * @throws dev.faultline.migration.guest.GuestException if QEMU refuses
     */
    static UnixConnection pass(QmpClient qmp, String name, long sendTimeoutNanos) {
        UnixConnection.Pair pair = UnixConnection.pair(sendTimeoutNanos);
        try {
            qmp.ask("getfd", named(name), List.of(pair.there())).orThrow();
            return pair.here();
        } catch (RuntimeException e) {
            pair.here().close();
            throw e;
        } finally {
            pair.there().close();
        }
    }

    /** Has QEMU close a descriptor that it did not use. One that it did has no name any more. */
    static void takeBack(QmpClient qmp, String name) {
        qmp.ask("closefd", named(name), List.of());
    }

    private static ObjectNode named(String name) {
        return Json.object().put("fdname", name);
    }
}
