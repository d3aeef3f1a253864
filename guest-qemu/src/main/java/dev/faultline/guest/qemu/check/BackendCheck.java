package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.machine.BlockNodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Networks and disks behind the devices, and how they reach guest memory. */
final class BackendCheck {
    /** Drivers that pin guest memory, or hand it to another process or a device. */
    private static final Set<String> PINNING = Set.of(
            "nvme",
            "io_uring",
            "nvme-io_uring",
            "virtio-blk-vfio-pci",
            "virtio-blk-vhost-user",
            "virtio-blk-vhost-vdpa");

    private BackendCheck() {}

    static List<Finding> look(Subject subject) {
        List<Finding> findings = new ArrayList<>();
        for (String line : subject.monitor().human("info network").lines().toList()) {
            for (String type : List.of("vhost-user", "vhost-vdpa")) {
                if (line.contains("type=" + type)) {
                    findings.add(Finding.refused(
                            "network",
                            "a backend is of type " + type + ", which writes to guest memory past QEMU: "
                                    + line.strip(),
                            "use another type, such as tap"));
                }
            }
        }
        BlockNodes disks = BlockNodes.of(subject.monitor());
        for (String driver : disks.drivers()) {
            if (PINNING.contains(driver)) {
                findings.add(Finding.refused(
                        "disks", "the driver '" + driver + "' writes to guest memory past QEMU", "use another driver"));
            }
        }
        if (disks.isAnyDirect()) {
            findings.add(Finding.note(
                    "disks",
                    "a disk is read with O_DIRECT: tracking is begun anew with the machine paused for a moment"));
        }
        return findings;
    }
}
