package dev.faultline.qemu.lab.guest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * An archive of the format "newc", of which Linux makes its first file system. Each entry is a header of 110 characters,
 * the name with a zero byte, and the content, the latter two padded to a multiple of 4. Source:
 * Documentation/driver-api/early-userspace/buffer-format.rst, Linux 6.1.
 */
final class CpioArchive {
    private static final int DIRECTORY = 0040755;
    private static final int CHARACTER_DEVICE = 0020600;
    private static final int EXECUTABLE = 0100755;
    private static final int ALIGNMENT = 4;
    private static final byte[] NOTHING = {};

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int nextInode = 1;

    void directory(String name) {
        entry(name, DIRECTORY, NOTHING, 0, 0);
    }

    void characterDevice(String name, int major, int minor) {
        entry(name, CHARACTER_DEVICE, NOTHING, major, minor);
    }

    /** A file that all may read and run. */
    void executable(String name, byte[] content) {
        entry(name, EXECUTABLE, content, 0, 0);
    }

    /** Ends the archive, and returns it. */
    byte[] finish() {
        entry("TRAILER!!!", 0, NOTHING, 0, 0);
        return out.toByteArray();
    }

    private void entry(String name, int mode, byte[] content, int major, int minor) {
        byte[] nameBytes = (name + "\0").getBytes(StandardCharsets.UTF_8);
        StringBuilder header = new StringBuilder("070701");
        // inode, mode, user, group, links, time, length, the device it is on, the device it is, length of name,
        // checksum
        int[] fields = {nextInode++, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, nameBytes.length, 0};
        for (int field : fields) {
            header.append("%08X".formatted(field));
        }
        out.writeBytes(header.toString().getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(nameBytes);
        pad();
        out.writeBytes(content);
        pad();
    }

    private void pad() {
        while (out.size() % ALIGNMENT != 0) {
            out.write(0);
        }
    }
}
