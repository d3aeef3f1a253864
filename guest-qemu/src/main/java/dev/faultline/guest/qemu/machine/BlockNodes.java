package dev.faultline.guest.qemu.machine;

import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The disks behind the machine's devices.
 *
 * @param drivers what they are reached by, such as qcow2 and file
 * @param isAnyDirect whether one is read past the host's page cache, straight into guest memory
 */
public record BlockNodes(Set<String> drivers, boolean isAnyDirect) {
    /** Copies the set. */
    public BlockNodes {
        drivers = Set.copyOf(drivers);
    }

    /**
     * {@return the disks as they are now}
     *
     * @param monitor QEMU
     */
    public static BlockNodes of(QemuMonitor monitor) {
        Set<String> drivers = new HashSet<>();
        boolean direct = false;
        for (JsonNode node : monitor.qmp().execute("query-named-block-nodes")) {
            drivers.add(node.path("drv").asString(""));
            direct |= node.path("cache").path("direct").asBoolean(false);
        }
        return new BlockNodes(drivers, direct);
    }
}
