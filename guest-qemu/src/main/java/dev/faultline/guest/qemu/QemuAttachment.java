package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.check.QemuInspection;
import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.machine.BlockNodes;
import dev.faultline.guest.qemu.machine.MachineWords;
import dev.faultline.guest.qemu.machine.MigrationSettings;
import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.RamArea;
import dev.faultline.guest.qemu.machine.RamBlock;
import dev.faultline.guest.qemu.machine.RamLayout;
import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.guest.qemu.process.EngineUffds;
import dev.faultline.guest.qemu.process.ErrorLog;
import dev.faultline.guest.qemu.process.ProcessLock;
import dev.faultline.guest.qemu.process.QemuProcess;
import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.proc.MappedFiles;
import dev.faultline.uffd.proc.Mappers;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.ProcessMaps;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that an engine has of a QEMU while it is attached to it. What was changed in QEMU is put back at the end,
 * but for two things: a destination does not start by itself any more, and its userfaultfds stay open in it if pages are
 * missing.
 *
 * @param monitor QEMU
 * @param process its process
 * @param machine its machine in words
 * @param regions its memory
 * @param privateBlocks memory that goes with the device state
 * @param writesPinnedPages whether a disk is read with O_DIRECT
 * @param uffds its userfaultfds
 * @param pagemap its page map
 * @param log what it complains of
 * @param findings what was found before
 * @param cleanup what is to be put back
 */
record QemuAttachment(
        QemuMonitor monitor,
        QemuProcess process,
        String machine,
        List<GuestRegion> regions,
        List<RamBlock> privateBlocks,
        boolean writesPinnedPages,
        EngineUffds uffds,
        LinuxPagemap pagemap,
        ErrorLog log,
        List<Finding> findings,
        Cleanup cleanup)
        implements AutoCloseable {

    /**
     * Attaches; in the middle of a move that another engine left, to whatever is found.
     *
     * @throws GuestException if this QEMU cannot be moved, or not reached
     */
    static QemuAttachment open(QemuOptions options, QemuRole role, boolean resuming) {
        Cleanup cleanup = new Cleanup();
        try {
            return open(options, role, resuming, cleanup);
        } catch (GuestException e) {
            cleanup.run(false);
            throw e;
        } catch (LinuxException | IllegalStateException | IllegalArgumentException e) {
            cleanup.run(false);
            throw new GuestException("This QEMU could not be attached to: " + e.getMessage(), e);
        }
    }

    private static QemuAttachment open(QemuOptions options, QemuRole role, boolean resuming, Cleanup cleanup) {
        QmpClient qmp = cleanup.add(QmpClient.connect(options.qmp(), options.commandTimeoutNanos()));
        QemuProcess process = cleanup.add(QemuProcess.behind(qmp, options.processId()));
        cleanup.add(ProcessLock.take(process));
        QemuMonitor monitor = new QemuMonitor(qmp);
        RamLayout ram = RamLayout.of(monitor, process.processId());
        List<Finding> findings = resuming ? List.of() : QemuInspection.inspect(monitor, process.processId(), role, ram);
        QemuInspection.require(findings);
        String machine = MachineWords.of(monitor, ram);
        boolean pins = BlockNodes.of(monitor).isAnyDirect();
        ErrorLog log = cleanup.add(ErrorLog.of(process));
        List<GuestRegion> regions = regions(process, ram, cleanup);
        if (role == QemuRole.DESTINATION && !resuming) {
            qmp.execute("stop"); // while it waits that means: do not run when the device state is loaded
        }
        cleanup.add("QEMU's migration settings were not put back", settings(qmp, resuming, role));
        int most = role == QemuRole.DESTINATION ? EngineUffds.MOST : 1; // the source answers no faults
        EngineUffds uffds = EngineUffds.of(process.processId(), regions, guestMemory(process, regions), most);
        cleanup.add("the userfaultfds were not closed in QEMU", () -> uffds.close(guestMemory(process, regions)));
        LinuxPagemap pagemap = cleanup.add(LinuxPagemap.ofProcess(process.processId()));
        return new QemuAttachment(
                monitor, process, machine, regions, ram.others(), pins, uffds, pagemap, log, findings, cleanup);
    }

    private static MigrationSettings settings(QmpClient qmp, boolean resuming, QemuRole role) {
        if (resuming) {
            return MigrationSettings.leftBehind(qmp);
        }
        return role == QemuRole.SOURCE ? MigrationSettings.forSource(qmp) : MigrationSettings.forDestination(qmp);
    }

    private static List<GuestRegion> regions(QemuProcess process, RamLayout ram, Cleanup cleanup) {
        List<GuestRegion> regions = new ArrayList<>();
        for (RamArea area : ram.areas()) {
            MemoryMapping mapping = area.mapping().orElseThrow();
            MemoryFile file =
                    cleanup.add(Memfd.adopt(MappedFiles.open(process.processId(), mapping), mapping.lengthBytes()));
            regions.add(new GuestRegion(regions.size(), area.backend().id(), mapping.start(), file));
        }
        return List.copyOf(regions);
    }

    /** Some time may have passed since it was inspected: a destination waits for its source. */
    void checkMayBeEmptied() {
        String runState = monitor.runState();
        if (!runState.equals(RunStates.INCOMING)) {
            throw new GuestException("The guest's memory is not emptied: this QEMU does not wait for a migration any"
                    + " more, it is '" + runState + "'");
        }
        for (MemoryMapping mapping : guestMemory(process, regions)) {
            List<Long> others =
                    new ArrayList<>(Mappers.others(process.processId(), mapping).processIds());
            others.remove(ProcessHandle.current().pid());
            if (!others.isEmpty()) {
                throw new GuestException("The guest's memory is not emptied: processes " + others + " have mapped "
                        + mapping.path() + " meanwhile");
            }
        }
    }

    /** Ends QEMU: by its own command, and if it does not answer by SIGKILL. */
    void end() {
        long timeoutNanos = monitor.qmp().timeoutNanos();
        try {
            monitor.qmp().ask("quit", Json.object(), List.of());
        } catch (GuestException e) {
            // It has ended before it answered, or hangs: what follows tells.
            System.getLogger(QemuAttachment.class.getName()).log(System.Logger.Level.DEBUG, "quit", e);
        }
        if (process.awaitEnd(timeoutNanos)) {
            return;
        }
        process.kill();
        if (!process.awaitEnd(timeoutNanos)) {
            throw new GuestException("QEMU was killed and has not ended");
        }
    }

    private static List<MemoryMapping> guestMemory(QemuProcess process, List<GuestRegion> regions) {
        List<MemoryMapping> found = new ArrayList<>();
        for (MemoryMapping mapping : ProcessMaps.readWithFlags(process.processId())) {
            for (GuestRegion region : regions) {
                long offset = mapping.start() - region.guestAddress();
                if (offset >= 0 && offset < region.lengthBytes()) {
                    found.add(mapping);
                }
            }
        }
        return found;
    }

    @Override
    public void close() {
        cleanup.run(process.hasEnded());
    }
}
