package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.check.TrackingCheck;
import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.RamArea;
import dev.faultline.guest.qemu.machine.RamLayout;
import dev.faultline.guest.qemu.process.EngineUffds;
import dev.faultline.guest.qemu.process.ProcessLock;
import dev.faultline.guest.qemu.process.QemuProcess;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.rate.MemoryArea;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MappedFiles;
import dev.faultline.uffd.proc.MemoryMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The RAM of a QEMU's guest, for watching what is written to it. Nothing of QEMU is changed for that, and its QMP socket is
 * free again; but no engine can attach to it until this is closed.
 */
public final class QemuMemory implements AutoCloseable {
    private final long processId;
    private final List<MemoryArea> areas;
    private final ProcessLock lock;

    private QemuMemory(long processId, List<MemoryArea> areas, ProcessLock lock) {
        this.processId = processId;
        this.areas = List.copyOf(areas);
        this.lock = lock;
    }

    /**
     * Finds it.
     *
     * @param options how to reach QEMU
     * @return its memory
     * @throws GuestException if QEMU cannot be reached, if an engine is attached to it, or if its memory cannot be watched:
     *     it is private to QEMU, or a migration is under way
     */
    public static QemuMemory find(QemuOptions options) {
        try (QmpClient qmp = QmpClient.connect(options.qmp(), options.commandTimeoutNanos());
                QemuProcess process = QemuProcess.behind(qmp, options.processId())) {
            ProcessLock lock = ProcessLock.take(process);
            try {
                return new QemuMemory(process.processId(), areas(qmp, process.processId()), lock);
            } catch (RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (LinuxException e) {
            throw new GuestException("The memory of this QEMU cannot be looked at: " + e.getMessage(), e);
        }
    }

    private static List<MemoryArea> areas(QmpClient qmp, long processId) {
        QemuMonitor monitor = new QemuMonitor(qmp);
        RamLayout ram = RamLayout.of(monitor, processId);
        String refusals = TrackingCheck.look(monitor, processId, ram).stream()
                .filter(Finding::isRefusal)
                .map(Finding::line)
                .collect(Collectors.joining(". "));
        if (!refusals.isEmpty()) {
            throw new GuestException("What this QEMU's guest writes cannot be watched. " + refusals);
        }
        List<MemoryArea> found = new ArrayList<>();
        for (RamArea area : ram.areas()) {
            found.add(area(processId, area, area.mapping().orElseThrow()));
        }
        return found;
    }

    private static MemoryArea area(long processId, RamArea area, MemoryMapping mapping) {
        PageSize pageSize = MappedFiles.memoryPageSize(processId, mapping)
                .orElseThrow(() -> new GuestException("What this QEMU's guest writes cannot be watched: "
                        + mapping.path() + " is a file of a disk, or a device"));
        return new MemoryArea(
                area.backend().id() + " " + mapping.name(),
                pageSize,
                List.of(new MemoryArea.Range(mapping.start(), mapping.lengthBytes(), mapping.offset())));
    }

    /** {@return QEMU's process} */
    public long processId() {
        return processId;
    }

    /** {@return the memory, one area for each backend} */
    public List<MemoryArea> areas() {
        return areas;
    }

    /**
     * {@return what a userfaultfd is to have that is opened in a QEMU} With these an engine knows it for Faultline's, and
     * takes it, should it ever be left there.
     */
    public static Set<UffdFeature> features() {
        return EngineUffds.FEATURES;
    }

    /** Lets engines attach to it. */
    @Override
    public void close() {
        lock.close();
    }
}
