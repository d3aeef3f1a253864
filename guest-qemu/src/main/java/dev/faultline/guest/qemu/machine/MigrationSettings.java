package dev.faultline.guest.qemu.machine;

import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Capabilities and parameters of QEMU's own migration, as the device state needs them, and as they were before. Source:
 * qapi/migration.json, QEMU 7.2.
 */
public final class MigrationSettings implements AutoCloseable {
    /** Leaves out the memory that is shared with a file, which is what makes a device state of a migration. */
    public static final String IGNORE_SHARED = "x-ignore-shared";

    /** They need another channel, another format, or one more command, or change the memory that is not theirs. */
    private static final Set<String> OFF = Set.of(
            "background-snapshot",
            "block",
            "compress",
            "mapped-ram",
            "multifd",
            "pause-before-switchover",
            "postcopy-preempt",
            "postcopy-ram",
            "rdma-pin-all",
            "release-ram",
            "return-path",
            "switchover-ack",
            "x-colo",
            "zero-copy-send");

    private static final Set<String> OURS = Set.of(IGNORE_SHARED, "late-block-activate");

    /** migration/options.c, QEMU 7.2. */
    private static final long DEFAULT_BYTES_PER_SECOND = 128L << 20;

    /** More than any memory can do, and less than overflows QEMU's sums. */
    private static final long UNLIMITED_BYTES_PER_SECOND = 1L << 40;

    /** QEMU's own default. */
    private static final long DOWNTIME_LIMIT_MILLIS = 300;

    private final QmpClient qmp;
    private final Map<String, Boolean> capabilitiesBefore;
    private final ObjectNode parametersBefore;

    private MigrationSettings(QmpClient qmp, Map<String, Boolean> capabilitiesBefore, ObjectNode parametersBefore) {
        this.qmp = qmp;
        this.capabilitiesBefore = capabilitiesBefore;
        this.parametersBefore = parametersBefore;
    }

    /**
     * Makes the settings for giving a device state: QEMU stops the machine and writes the devices in one go.
     *
     * @param qmp QEMU
     * @return the settings as they were, to be restored
     */
    public static MigrationSettings forSource(QmpClient qmp) {
        return make(qmp, Set.of("events", IGNORE_SHARED));
    }

    /**
     * Makes the settings for taking a device state: the disks are taken over not before the machine is told to run, so
     * that the source can have it back until then.
     *
     * @param qmp QEMU
     * @return the settings as they were, to be restored
     */
    public static MigrationSettings forDestination(QmpClient qmp) {
        return make(qmp, Set.of("events", IGNORE_SHARED, "late-block-activate"));
    }

    /**
     * Changes nothing now. What an engine that has gone has changed is put to QEMU's own defaults at the end: what it was
     * before, nobody knows any more.
     *
     * @param qmp QEMU
     * @return the settings to be put
     */
    public static MigrationSettings leftBehind(QmpClient qmp) {
        Map<String, Boolean> ours = new HashMap<>();
        capabilities(qmp).forEach((name, state) -> {
            if (state && OURS.contains(name)) {
                ours.put(name, false);
            }
        });
        return new MigrationSettings(qmp, ours, Json.object().put("max-bandwidth", DEFAULT_BYTES_PER_SECOND));
    }

    private static MigrationSettings make(QmpClient qmp, Set<String> on) {
        Map<String, Boolean> before = new HashMap<>();
        Map<String, Boolean> wanted = new LinkedHashMap<>();
        capabilities(qmp).forEach((name, state) -> {
            boolean want = !OFF.contains(name) && (state || on.contains(name));
            if (want != state) {
                before.put(name, state);
                wanted.put(name, want);
            }
        });
        JsonNode parameters = qmp.execute("query-migrate-parameters");
        ObjectNode changes = changes(parameters);
        ObjectNode parametersBefore = Json.object();
        changes.propertyNames().forEach(name -> parametersBefore.set(name, parameters.path(name)));
        MigrationSettings settings = new MigrationSettings(qmp, before, parametersBefore);
        set(qmp, wanted);
        try {
            qmp.execute("migrate-set-parameters", changes);
        } catch (RuntimeException e) {
            set(qmp, before);
            throw e;
        }
        return settings;
    }

    private static ObjectNode changes(JsonNode parameters) {
        ObjectNode changes = Json.object().put("max-bandwidth", UNLIMITED_BYTES_PER_SECOND);
        // What the machine writes to memory without a file is sent again until the rest of it is this small.
        if (parameters.path("downtime-limit").asLong(0) < DOWNTIME_LIMIT_MILLIS) {
            changes.put("downtime-limit", DOWNTIME_LIMIT_MILLIS);
        }
        if (!parameters.path("tls-creds").asString("").isEmpty()) {
            changes.put("tls-creds", ""); // nobody else can see the connection
        }
        return changes;
    }

    /**
     * {@return QEMU's capabilities, and whether they are on}
     *
     * @param qmp QEMU
     */
    public static Map<String, Boolean> capabilities(QmpClient qmp) {
        Map<String, Boolean> found = new LinkedHashMap<>();
        for (JsonNode capability : qmp.execute("query-migrate-capabilities")) {
            found.put(
                    capability.path("capability").asString(""),
                    capability.path("state").asBoolean(false));
        }
        return found;
    }

    private static void set(QmpClient qmp, Map<String, Boolean> capabilities) {
        if (capabilities.isEmpty()) {
            return;
        }
        ArrayNode list = Json.array();
        capabilities.forEach(
                (name, state) -> list.add(Json.object().put("capability", name).put("state", state)));
        ObjectNode arguments = Json.object();
        arguments.set("capabilities", list);
        qmp.execute("migrate-set-capabilities", arguments);
    }

    /** Puts back what was changed. */
    @Override
    public void close() {
        set(qmp, capabilitiesBefore);
        qmp.execute("migrate-set-parameters", parametersBefore);
    }
}
