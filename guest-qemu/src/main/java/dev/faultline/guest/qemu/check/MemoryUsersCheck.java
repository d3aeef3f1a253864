package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.machine.RamArea;
import dev.faultline.guest.qemu.process.EngineUffds;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.Mappers;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.ProcessStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who else has to do with the guest's RAM: other processes, other userfaultfds, devices that pin it. */
final class MemoryUsersCheck {
    private static final String WHAT = "memory's users";

    private MemoryUsersCheck() {}

    static List<Finding> look(Subject subject) {
        List<Finding> findings = new ArrayList<>();
        try {
            boolean ours = !EngineUffds.left(subject.processId()).isEmpty();
            for (RamArea area : subject.ram().areas()) {
                area.mapping().filter(MemoryMapping::hasFile).ifPresent(mapping -> {
                    others(subject, mapping).ifPresent(findings::add);
                    registration(subject, mapping, ours).ifPresent(findings::add);
                });
            }
            pins(subject).ifPresent(findings::add);
        } catch (LinuxException e) {
            findings.add(Finding.refused(WHAT, "QEMU's process cannot be looked at: " + e.getMessage(), ""));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(WHAT, "nobody but QEMU"));
        }
        return findings;
    }

    private static Optional<Finding> others(Subject subject, MemoryMapping mapping) {
        Mappers mappers = Mappers.others(subject.processId(), mapping);
        List<Long> others = new ArrayList<>(mappers.processIds());
        others.remove(ProcessHandle.current().pid());
        if (!others.isEmpty()) {
            return Optional.of(Finding.refused(
                    WHAT,
                    "processes " + others + " map " + mapping.path() + " too: "
                            + (subject.isSource()
                                    ? "what they write cannot be seen"
                                    : "its content is about to be dropped"),
                    "end them, or give QEMU a file of its own"));
        }
        return mappers.unknown() == 0
                ? Optional.empty()
                : Optional.of(Finding.note(
                        WHAT,
                        mappers.unknown() + " processes could not be looked at; that they do not map " + mapping.path()
                                + " is not known"));
    }

    private static Optional<Finding> registration(Subject subject, MemoryMapping mapping, boolean ours) {
        if (!mapping.isRegistered()) {
            return Optional.empty();
        }
        if (!ours) {
            return Optional.of(Finding.refused(
                    WHAT,
                    "a userfaultfd that is not Faultline's has " + mapping.path()
                            + ", such as that of QEMU's own post-copy or background snapshot",
                    "end what uses it"));
        }
        if (subject.isSource() && mapping.flags().contains(MemoryMapping.MINOR)) {
            return Optional.of(Finding.refused(
                    WHAT,
                    "pages of " + mapping.path() + " have not arrived here yet, of an earlier migration",
                    "end that migration first"));
        }
        return Optional.of(Finding.note(WHAT, "an earlier engine has left its registration of " + mapping.path()));
    }

    private static Optional<Finding> pins(Subject subject) {
        long bytes = ProcessStatus.pinnedBytes(subject.processId());
        return bytes == 0
                ? Optional.empty()
                : Optional.of(Finding.refused(
                        WHAT,
                        bytes + " bytes are pinned for long (VmPin): what devices write there cannot be seen",
                        "take away what pins them: RDMA, vDPA, or registered buffers of io_uring"));
    }
}
