package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.RamLayout;
import dev.faultline.migration.guest.GuestException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks at a QEMU and changes nothing of it. */
public final class QemuInspection {
    private interface Check {
        List<Finding> look(Subject subject);
    }

    private static final List<Check> CHECKS = List.of(
            VersionCheck::look,
            StateCheck::look,
            MemoryCheck::look,
            MemoryUsersCheck::look,
            DeviceCheck::look,
            BackendCheck::look);

    private QemuInspection() {}

    /**
     * {@return what was found}
     *
     * @param monitor QEMU
     * @param processId its process
     * @param role the part that it is to play
     * @param ram its RAM
     * @throws GuestException if QEMU does not answer
     */
    public static List<Finding> inspect(QemuMonitor monitor, long processId, QemuRole role, RamLayout ram) {
        Subject subject = new Subject(monitor, monitor.version(), processId, role, ram);
        Stream<Finding> findings = CHECKS.stream().flatMap(check -> check.look(subject).stream());
        return findings.toList();
    }

    /**
     * Returns if nothing stands in the way.
     *
     * @param findings what was found
     * @throws GuestException with all refusals
     */
    public static void require(List<Finding> findings) {
        String refusals =
                findings.stream().filter(Finding::isRefusal).map(Finding::line).collect(Collectors.joining(". "));
        if (!refusals.isEmpty()) {
            throw new GuestException("This QEMU is not attached to, because it cannot be moved safely. " + refusals);
        }
    }
}
