package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.RamArea;
import dev.faultline.guest.qemu.machine.RamLayout;
import dev.faultline.uffd.proc.MemoryMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the writes to a QEMU's RAM can be watched for a while. That takes less than to move it. */
public final class TrackingCheck {
    private static final String MEMORY = "memory";

    private TrackingCheck() {}

    /** {@return what was found} */
    public static List<Finding> look(QemuMonitor monitor, long processId, RamLayout ram) {
        Subject subject = new Subject(monitor, monitor.version(), processId, QemuRole.SOURCE, ram);
        List<Finding> findings = new ArrayList<>();
        findings.add(StateCheck.migration(subject, monitor.migration()));
        ram.areas().forEach(area -> memory(area).ifPresent(findings::add));
        if (ram.areas().isEmpty()) {
            findings.add(Finding.refused(MEMORY, "no backend has any", ""));
        }
        return findings;
    }

    private static Optional<Finding> memory(RamArea area) {
        MemoryMapping mapping = area.mapping().orElse(null);
        if (mapping == null || !mapping.isShared() || !mapping.hasFile()) {
            return Optional.of(
                    Finding.refused(MEMORY, "'" + area.backend().id() + "' is private to QEMU", MemoryCheck.ADVICE));
        }
        if (mapping.isRegistered()) {
            return Optional.of(Finding.refused(
                    MEMORY,
                    "a userfaultfd has " + mapping.path() + ": a migration of it is under way, or was broken off",
                    "end that first"));
        }
        return Optional.empty();
    }
}
