package dev.faultline.guest.kvm.state;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Writes a machine's state. A checksum comes last, so that a state that was cut or bent is refused as a whole. */
public final class StateWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Makes an empty writer. */
    public StateWriter() {}

    /**
     * Appends 4 bytes.
     *
     * @param value the number
     */
    public void putInt(int value) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    /**
     * Appends 8 bytes.
     *
     * @param value the number
     */
    public void putLong(long value) {
        bytes.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    /**
     * Appends a block with its length before it.
     *
     * @param block its bytes
     */
    public void putBlock(MemorySegment block) {
        putInt((int) block.byteSize());
        bytes.writeBytes(block.toArray(ValueLayout.JAVA_BYTE));
    }

    /** {@return all of it with the checksum} */
    public byte[] finish() {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.toByteArray());
        putInt((int) checksum.getValue());
        return bytes.toByteArray();
    }
}
