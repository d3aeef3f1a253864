package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.QemuVersion;
import dev.faultline.guest.qemu.machine.RamLayout;

/**
 * What the checks look at.
 *
 * @param monitor QEMU
 * @param version which QEMU
 * @param processId its process
 * @param role the part that it is to play
 * @param ram its RAM
 */
record Subject(QemuMonitor monitor, QemuVersion version, long processId, QemuRole role, RamLayout ram) {
    boolean isSource() {
        return role == QemuRole.SOURCE;
    }
}
