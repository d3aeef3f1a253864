package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.state.StateWriter;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import java.util.List;

/**
 * A machine's state as bytes. All numbers are little-endian; what a vCPU's block holds is the machine type's affair.
 *
 * <pre>
 * magic u32 | version u32 | type u32 | vCPUs u32
 * memory bytes u64 | page bytes u64 | hot bytes u64 | cold bytes u64 | hot pages per cold page u32 | pages per second u64
 * for each vCPU:
 *     last heartbeat, micros since 1970 u64 | longest gap, micros u64 | corruptions u64
 *     only if there are any: page u64 | word u32 | expected u64 | actual u64
 *     the vCPU's block
 * CRC32C of all before u32
 * </pre>
 */
final class MachineStateCodec {
    /** "FLVM", read as little-endian. */
    static final int MAGIC = 0x4D564C46;

    static final int VERSION = 1;

    private final MachineType type;
    private final MemoryMap map;

    MachineStateCodec(MachineType type, MemoryMap map) {
        this.type = type;
        this.map = map;
    }

    byte[] encode(List<? extends GuestCpu> cpus, long pagesPerSecond) {
        Workload workload = map.workload();
        StateWriter out = new StateWriter();
        out.putInt(MAGIC);
        out.putInt(VERSION);
        out.putInt(type.code);
        out.putInt(workload.vcpuCount());
        out.putLong(map.memoryBytes());
        out.putLong(map.pageSize().bytes());
        out.putLong(workload.hotBytes());
        out.putLong(workload.coldBytes());
        out.putInt(workload.hotPagesPerColdPage());
        out.putLong(pagesPerSecond);
        for (GuestCpu cpu : cpus) {
            cpu.journal().save(out);
            cpu.save(out);
        }
        return out.finish();
    }

    /**
     * Puts a state into vCPUs that have never run.
     *
     * @return its write rate, in pages per second
     */
    long decode(StateReader in, List<? extends GuestCpu> cpus) {
        if (in.getInt() != MAGIC) {
            throw new GuestException("These bytes are no machine state.");
        }
        require("format version", in.getInt(), VERSION);
        requireType(in.getInt());
        Workload workload = map.workload();
        require("number of vCPUs", in.getInt(), workload.vcpuCount());
        require("memory size in bytes", in.getLong(), map.memoryBytes());
        require("page size in bytes", in.getLong(), map.pageSize().bytes());
        require("working set in bytes", in.getLong(), workload.hotBytes());
        require("cold set in bytes", in.getLong(), workload.coldBytes());
        require("number of hot pages per cold page", in.getInt(), workload.hotPagesPerColdPage());
        long pagesPerSecond = checkRate(in.getLong());
        for (GuestCpu cpu : cpus) {
            cpu.journal().load(in);
            cpu.load(in);
        }
        in.finish();
        return pagesPerSecond;
    }

    private long checkRate(long pagesPerSecond) {
        try {
            return map.workload().withPagesPerSecond(pagesPerSecond).pagesPerSecond();
        } catch (IllegalArgumentException e) {
            throw new GuestException("The machine state is not usable: " + e.getMessage() + ".", e);
        }
    }

    private void requireType(int code) {
        if (code != type.code) {
            throw new GuestException(
                    "The machine state is of another type of machine than this one, which is " + type + ".");
        }
    }

    private static void require(String what, long saved, long own) {
        if (saved != own) {
            throw new GuestException("The machine state does not fit this machine: its " + what + " is " + saved
                    + ", this one's is " + own + ".");
        }
    }
}
