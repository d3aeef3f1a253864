package dev.faultline.cli.rate;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.guest.qemu.QemuMemory;
import dev.faultline.guest.qemu.QemuOptions;
import dev.faultline.migration.rate.MemoryArea;
import dev.faultline.migration.rate.SharedMemory;
import dev.faultline.migration.rate.WriteMeter;
import dev.faultline.uffd.proc.ProcessStatus;
import java.util.List;
import picocli.CommandLine.Option;

/** Whose memory is watched. */
final class RateTarget {
    @Option(
            names = "--pid",
            paramLabel = "PID",
            required = true,
            description = "Any process: all of its memfds and files on tmpfs and hugetlbfs that are mapped shared.")
    private long processId;

    @Option(
            names = "--qmp",
            paramLabel = "PATH",
            required = true,
            description = "The guest RAM of the QEMU at this QMP socket.")
    private String qmp = "";

    RateTarget() {}

    WatchedProcess find() throws OperatorException {
        if (!qmp.isEmpty()) {
            QemuMemory memory = QemuMemory.find(QemuOptions.of(qmp));
            return new WatchedProcess(memory.processId(), memory.areas(), QemuMemory.features(), memory::close);
        }
        if (!ProcessStatus.isAlive(processId)) {
            throw new OperatorException("There is no process " + processId);
        }
        List<MemoryArea> memory = SharedMemory.of(processId);
        if (memory.isEmpty()) {
            throw new OperatorException("Process " + processId + " has no shared memory that it can write to: memfds,"
                    + " and files on tmpfs and hugetlbfs that are mapped shared, can be watched");
        }
        return new WatchedProcess(processId, memory, WriteMeter.FEATURES, () -> {});
    }
}
