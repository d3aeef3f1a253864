package dev.faultline.qemu.lab;

import dev.faultline.qemu.lab.guest.GuestLoad;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a machine is to be like. The machine that a guest moves to has the same, but for name, memory file and direction:
 * see {@link #incoming(String)}.
 *
 * @param name part of file names, and the machine's in messages
 * @param accelerator what runs its instructions
 * @param guest which guest runs
 * @param load what the guest does
 * @param memoryBytes its memory
 * @param backing what the memory is
 * @param memoryNodes into how many NUMA nodes, each with a memory object of its own, the memory is divided
 * @param vcpus its processors; the ROM guest uses the first
 * @param disk a disk of the Linux guest, if it is to have one
 * @param incoming whether it waits for a guest that moves here, with -incoming defer
 * @param prefix put before the command, to run it in a network namespace say
 * @param extraArguments put after QEMU's other arguments
 */
public record VmSpec(
        String name,
        Accelerator accelerator,
        GuestKind guest,
        GuestLoad load,
        long memoryBytes,
        Backing backing,
        int memoryNodes,
        int vcpus,
        @Nullable DiskImage disk,
        boolean incoming,
        List<String> prefix,
        List<String> extraArguments) {
    private static final long DEFAULT_MEMORY_BYTES = 256L << 20;

    /** Keeps its own lists. */
    public VmSpec {
        prefix = List.copyOf(prefix);
        extraArguments = List.copyOf(extraArguments);
        if (memoryNodes < 1 || memoryNodes > 2 || memoryBytes % (memoryNodes * backing.pageBytes()) != 0) {
            throw new IllegalArgumentException(
                    memoryBytes + " bytes cannot be " + memoryNodes + " nodes of whole pages; 1 or 2 nodes can be had");
        }
        if (disk != null && guest == GuestKind.ROM) {
            throw new IllegalArgumentException("the ROM guest has no driver for a disk");
        }
        if (load.probesPerSecond() > 0 && guest != GuestKind.ROM) {
            throw new IllegalArgumentException("only the ROM guest has a probe");
        }
    }

    /**
     * {@return a machine of 256 MiB in a file on tmpfs, with the Linux guest under TCG and the ROM guest under KVM}
     *
     * @param name its name
     * @param accelerator what runs its instructions
     * @param load what the guest does
     */
    public static VmSpec of(String name, Accelerator accelerator, GuestLoad load) {
        GuestKind guest = accelerator == Accelerator.KVM ? GuestKind.ROM : GuestKind.LINUX;
        return new VmSpec(
                name,
                accelerator,
                guest,
                load,
                DEFAULT_MEMORY_BYTES,
                Backing.FILE,
                1,
                1,
                null,
                false,
                List.of(),
                List.of());
    }

    /**
     * {@return the same machine for this machine's guest to move to}
     *
     * @param newName its name
     */
    public VmSpec incoming(String newName) {
        return copy(newName, guest, memoryBytes, backing, memoryNodes, vcpus, disk, true, prefix, extraArguments);
    }

    /**
     * {@return the same with another guest}
     *
     * @param newGuest which one
     */
    public VmSpec withGuest(GuestKind newGuest) {
        return copy(name, newGuest, memoryBytes, backing, memoryNodes, vcpus, disk, incoming, prefix, extraArguments);
    }

    /**
     * {@return the same with other memory}
     *
     * @param newBytes how much
     * @param newBacking what it is
     */
    public VmSpec withMemory(long newBytes, Backing newBacking) {
        return copy(name, guest, newBytes, newBacking, memoryNodes, vcpus, disk, incoming, prefix, extraArguments);
    }

    /**
     * {@return the same with its memory divided}
     *
     * @param newNodes into how many NUMA nodes, 1 or 2
     */
    public VmSpec withMemoryNodes(int newNodes) {
        return copy(name, guest, memoryBytes, backing, newNodes, vcpus, disk, incoming, prefix, extraArguments);
    }

    /**
     * {@return the same with other processors}
     *
     * @param newVcpus how many
     */
    public VmSpec withVcpus(int newVcpus) {
        return copy(name, guest, memoryBytes, backing, memoryNodes, newVcpus, disk, incoming, prefix, extraArguments);
    }

    /**
     * {@return the same with a disk}
     *
     * @param newDisk the disk, which its owner closes after all machines that use it
     */
    public VmSpec withDisk(DiskImage newDisk) {
        return copy(name, guest, memoryBytes, backing, memoryNodes, vcpus, newDisk, incoming, prefix, extraArguments);
    }

    /**
     * {@return the same, started by another command}
     *
     * @param newPrefix what is put before QEMU, say that of a network namespace
     */
    public VmSpec withPrefix(List<String> newPrefix) {
        return copy(name, guest, memoryBytes, backing, memoryNodes, vcpus, disk, incoming, newPrefix, extraArguments);
    }

    /**
     * {@return the same with other arguments after QEMU's own}
     *
     * @param newArguments those
     */
    public VmSpec withExtraArguments(List<String> newArguments) {
        return copy(name, guest, memoryBytes, backing, memoryNodes, vcpus, disk, incoming, prefix, newArguments);
    }

    private VmSpec copy(
            String newName,
            GuestKind newGuest,
            long newBytes,
            Backing newBacking,
            int newNodes,
            int newVcpus,
            @Nullable DiskImage newDisk,
            boolean newIncoming,
            List<String> newPrefix,
            List<String> newArguments) {
        return new VmSpec(
                newName,
                accelerator,
                newGuest,
                load,
                newBytes,
                newBacking,
                newNodes,
                newVcpus,
                newDisk,
                newIncoming,
                newPrefix,
                newArguments);
    }
}
