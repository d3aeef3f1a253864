package dev.faultline.uffd.ipc;

import java.nio.ByteBuffer;

/** What goes with a userfaultfd and a memory file to another process. */
record Handover(long address, long lengthBytes, long pageBytes) {
    static final int BYTES = 3 * Long.BYTES;

    byte[] toBytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(address)
                .putLong(lengthBytes)
                .putLong(pageBytes)
                .array();
    }

    static Handover of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Handover(buffer.getLong(), buffer.getLong(), buffer.getLong());
    }

    int pageOf(long faultAddress) {
        return (int) ((faultAddress - address) / pageBytes);
    }

    int pages() {
        return (int) (lengthBytes / pageBytes);
    }

    long page(int index) {
        return address + index * pageBytes;
    }
}
