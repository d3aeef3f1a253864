package dev.faultline.guest.qemu.machine;

import dev.faultline.guest.qemu.machine.QemuMonitor.QomObject;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A machine in one line: what has to be the same on both hosts for a device state to load. The version of QEMU may
 * differ, and so may where things are on the host.
 */
public final class MachineWords {
    private static final List<String> DEVICES = List.of("/machine/peripheral", "/machine/peripheral-anon");

    private MachineWords() {}

    /**
     * {@return the line}
     *
     * @param monitor QEMU
     * @param ram its RAM
     */
    public static String of(QemuMonitor monitor, RamLayout ram) {
        JsonNode processors = monitor.qmp().execute("query-cpus-fast");
        String model = monitor.property(processors.path(0).path("qom-path").asString(""), "type");
        return "QEMU " + monitor.qmp().execute("query-target").path("arch").asString("?") + " "
                + monitor.machineType() + " on " + accelerator(monitor) + ", " + processors.size() + " x " + model
                + ", RAM " + memory(ram) + ", devices " + devices(monitor);
    }

    /** What a processor remembers for its accelerator is part of the device state. */
    private static String accelerator(QemuMonitor monitor) {
        boolean kvm = monitor.queryIfKnown("query-kvm")
                .map(answer -> answer.path("enabled").asBoolean(false))
                .orElse(false);
        return kvm ? "KVM" : "TCG";
    }

    private static String memory(RamLayout ram) {
        return ram.areas().stream()
                .map(area -> area.block().name() + "=" + area.block().usedBytes())
                .toList()
                .toString();
    }

    /** By their types: their names do not matter to a device state. */
    private static String devices(QemuMonitor monitor) {
        Stream<QomObject> devices = DEVICES.stream().flatMap(place -> monitor.children(place).stream());
        return devices.map(QomObject::type).sorted().toList().toString();
    }
}
