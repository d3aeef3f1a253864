package dev.faultline.guest.qemu.machine;

import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.ProcessMaps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The guest's RAM, by QEMU's words and the kernel's.
 *
 * @param areas the RAM of backends that the machine uses, in the order of the blocks' names, which are the same on both
 *     hosts
 * @param idle backends that the machine does not use
 * @param others blocks that no backend made: ROMs, display memory; QEMU migrates them itself
 */
public record RamLayout(List<RamArea> areas, List<MemoryBackend> idle, List<RamBlock> others) {
    /** Copies the lists. */
    public RamLayout {
        areas = List.copyOf(areas);
        idle = List.copyOf(idle);
        others = List.copyOf(others);
    }

    /**
     * {@return the layout as it is now}
     *
     * @param monitor QEMU
     * @param processId its process
     */
    public static RamLayout of(QemuMonitor monitor, long processId) {
        List<RamBlock> others = new ArrayList<>(RamBlock.parse(monitor.human("info ramblock")));
        List<MemoryMapping> mappings = ProcessMaps.merge(ProcessMaps.readWithFlags(processId));
        HostAddresses addresses = new HostAddresses(monitor);
        List<RamArea> areas = new ArrayList<>();
        List<MemoryBackend> idle = new ArrayList<>();
        for (MemoryBackend backend : MemoryBackend.of(monitor)) {
            Optional<RamBlock> block = others.stream().filter(backend::isOf).findFirst();
            OptionalLong address = block.isEmpty() ? OptionalLong.empty() : addresses.of(backend);
            block.ifPresent(others::remove);
            if (address.isPresent()) {
                areas.add(new RamArea(backend, block.get(), mappingAt(mappings, address.getAsLong())));
            } else {
                idle.add(backend);
            }
        }
        areas.sort(Comparator.comparing(area -> area.block().name()));
        return new RamLayout(areas, idle, others);
    }

    private static Optional<MemoryMapping> mappingAt(List<MemoryMapping> mappings, long address) {
        return mappings.stream().filter(mapping -> mapping.contains(address)).findFirst();
    }
}
