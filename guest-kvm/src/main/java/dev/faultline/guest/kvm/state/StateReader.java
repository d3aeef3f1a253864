package dev.faultline.guest.kvm.state;

import dev.faultline.migration.guest.GuestException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Reads a machine's state, which another host sent: nothing in it is believed before it was checked. */
public final class StateReader {
    private final ByteBuffer bytes;

    /**
     * Checks the checksum.
     *
     * @param state what {@link StateWriter#finish()} returned
     * @throws GuestException if it is cut short or damaged
     */
    public StateReader(byte[] state) {
        int length = state.length - Integer.BYTES;
        if (length < 0) {
            throw new GuestException("A machine state of " + state.length + " bytes is too short to be one.");
        }
        CRC32C checksum = new CRC32C();
        checksum.update(state, 0, length);
        bytes = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getInt(length) != (int) checksum.getValue()) {
            throw new GuestException("The machine state is damaged: its checksum does not match.");
        }
        bytes.limit(length);
    }

    /** {@return the next 4 bytes} */
    public int getInt() {
        need(Integer.BYTES);
        return bytes.getInt();
    }

    /** {@return the next 8 bytes} */
    public long getLong() {
        need(Long.BYTES);
        return bytes.getLong();
    }

    /**
     * {@return the next block}
     *
     * @param maxBytes the longest that its reader has room for
     * @param what the block's name in a complaint
     */
    public MemorySegment getBlock(long maxBytes, String what) {
        int length = getInt();
        if (length < 0 || length > maxBytes) {
            throw new GuestException("The machine state's " + what + " has " + length
                    + " bytes; this host has room for " + maxBytes + ".");
        }
        need(length);
        MemorySegment block = MemorySegment.ofBuffer(bytes.slice(bytes.position(), length));
        bytes.position(bytes.position() + length);
        return block;
    }

    /** Checks that nothing is left over. */
    public void finish() {
        if (bytes.hasRemaining()) {
            throw new GuestException("The machine state has " + bytes.remaining() + " bytes too many.");
        }
    }

    private void need(int length) {
        if (bytes.remaining() < length) {
            throw new GuestException("The machine state ends too early, at byte " + bytes.position() + ".");
        }
    }
}
