package dev.faultline.guest.qemu.machine;

import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.guest.qemu.qmp.QmpReply;
import dev.faultline.migration.guest.GuestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Questions to QEMU that change nothing. Those of older or newer versions that do not know one are told apart. */
public final class QemuMonitor {
    private static final String UNKNOWN_COMMAND = "CommandNotFound";
    private static final String CHILD = "child<";

    private final QmpClient qmp;

    /**
     * Asks over a connection.
     *
     * @param qmp the connection
     */
    public QemuMonitor(QmpClient qmp) {
        this.qmp = qmp;
    }

    /** {@return the connection} */
    public QmpClient qmp() {
        return qmp;
    }

    /** {@return which QEMU it is} */
    public QemuVersion version() {
        return QemuVersion.of(qmp.execute("query-version"));
    }

    /** {@return what the machine does, in QEMU's word: RunState of qapi/run-state.json} */
    public String runState() {
        return qmp.execute("query-status").path("status").asString("unknown");
    }

    /** {@return the status of the last migration, in QEMU's word; {@code none} if there was none} */
    public String migrationStatus() {
        return migration().path("status").asString("none");
    }

    /** {@return what query-migrate tells} */
    public JsonNode migration() {
        return qmp.execute("query-migrate");
    }

    /**
     * {@return what a command returns; nothing if this QEMU does not know it, or has nothing to tell}
     *
     * @param command a command without arguments
     */
    public Optional<JsonNode> queryIfKnown(String command) {
        QmpReply reply = qmp.ask(command, Json.object(), List.of());
        return reply.isRefused() ? Optional.empty() : Optional.of(reply.value());
    }

    /**
     * {@return what a command of the human monitor prints; empty if this QEMU does not know it}
     *
     * @param line the command
     */
    public String human(String line) {
        ObjectNode arguments = Json.object().put("command-line", line);
        QmpReply reply = qmp.ask("human-monitor-command", arguments, List.of());
        return reply.errorClass().equals(UNKNOWN_COMMAND) ? "" : reply.orThrow().asString("");
    }

    /**
     * An object of QEMU's tree of objects.
     *
     * @param path where it is
     * @param type its type, such as virtio-balloon-pci
     */
    public record QomObject(String path, String type) {
        /** {@return the last part of its path} */
        public String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /**
     * {@return the objects right below a place in the tree; none if there is no such place}
     *
     * @param path the place
     */
    public List<QomObject> children(String path) {
        QmpReply reply = qmp.ask("qom-list", Json.object().put("path", path), List.of());
        List<QomObject> found = new ArrayList<>();
        for (JsonNode property : reply.value()) {
            String type = property.path("type").asString("");
            if (type.startsWith(CHILD) && type.endsWith(">")) {
                String name = property.path("name").asString("");
                found.add(new QomObject(path + "/" + name, type.substring(CHILD.length(), type.length() - 1)));
            }
        }
        return found;
    }

    /**
     * {@return a property of an object as text; empty if it has none}
     *
     * @param path the object
     * @param property its property
     */
    public String property(String path, String property) {
        ObjectNode arguments = Json.object().put("path", path).put("property", property);
        QmpReply reply = qmp.ask("qom-get", arguments, List.of());
        return reply.isRefused() ? "" : reply.value().asString("");
    }

    /** {@return the type of machine, such as pc-i440fx-7.2} */
    public String machineType() {
        String type = property("/machine", "type");
        if (type.isEmpty()) {
            throw new GuestException("QEMU does not tell its type of machine");
        }
        return type.endsWith("-machine") ? type.substring(0, type.length() - "-machine".length()) : type;
    }
}
