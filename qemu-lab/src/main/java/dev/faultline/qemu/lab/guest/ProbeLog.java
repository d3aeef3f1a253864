package dev.faultline.qemu.lab.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the ROM guest's probe has noted, read from the guest's memory; see rom.s. */
public final class ProbeLog {
    /** How many probes it remembers. */
    public static final int ENTRIES = 1 << 16;

    static final long BYTES = 2L * Long.BYTES * ENTRIES;

    private static final long PROBES = 0x7020;
    private static final double NANOS_PER_MILLI = 1e6;

    private final GuestLoad load;
    private final Memory memory;

    /** A guest's memory. */
    @FunctionalInterface
    public interface Memory {
        /**
         * Reads it.
         *
         * @param address where, in the guest's physical memory
         * @param lengthBytes how much
         * @return a copy
         */
        byte[] read(long address, int lengthBytes);
    }

    /**
     * Has read nothing yet.
     *
     * @param load what the guest does
     * @param memory its memory
     */
    public ProbeLog(GuestLoad load, Memory memory) {
        this.load = load;
        this.memory = memory;
    }

    /** {@return how many probes the guest has made} */
    public long count() {
        return words(PROBES, 1).getLong();
    }

    /**
     * {@return how long each of some probes took, in nanoseconds}
     *
     * @param from the first of them, from 0
     * @param to after the last one
     */
    public long[] nanos(long from, long to) {
        if (to - from > ENTRIES) {
            throw new IllegalArgumentException("the probe remembers " + ENTRIES + " pages, not " + (to - from));
        }
        double nanosPerCycle = NANOS_PER_MILLI / TimeStampCounter.cyclesPerMilli();
        long[] nanos = new long[Math.toIntExact(to - from)];
        int slot = (int) (from % ENTRIES);
        int beforeWrap = Math.min(nanos.length, ENTRIES - slot);
        read(slot, nanos, 0, beforeWrap, nanosPerCycle);
        read(0, nanos, beforeWrap, nanos.length, nanosPerCycle);
        return nanos;
    }

    /** Only what is asked for: other parts of the log may not have moved here yet. */
    private void read(int slot, long[] nanos, int from, int to, double nanosPerCycle) {
        if (from < to) {
            ByteBuffer words = words(RomImage.logAddress(load) + 2L * Long.BYTES * slot, 2 * (to - from));
            for (int i = from; i < to; i++) {
                words.getLong();
                nanos[i] = Math.round(words.getLong() * nanosPerCycle);
            }
        }
    }

    private ByteBuffer words(long address, int count) {
        return ByteBuffer.wrap(memory.read(address, count * Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
