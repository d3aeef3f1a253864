package dev.faultline.qemu.lab;

import dev.faultline.qemu.lab.host.Cleanup;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.LabNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A raw disk of 32 MiB for a Linux guest, which the machines of a chain share: QEMU's locks on the file tell which one
 * has it. It is read and written without the host's page cache (O_DIRECT) where its file system can.
 */
public final class DiskImage implements AutoCloseable {
    private static final long LENGTH_BYTES = 32L << 20;

    private final Cleanup cleanup = new Cleanup();
    private final Path file;
    private final boolean direct;

    private DiskImage(Path file) throws IOException {
        this.file = file;
        direct = !Files.getFileStore(file).type().equals("tmpfs");
        cleanup.add(() -> Files.deleteIfExists(file));
    }

    /**
     * Makes a disk of zeros in the host's directory for temporary files.
     *
     * @return its owner
     * @throws LabException if there is no room
     */
    public static DiskImage create() {
        try {
            Path file = Files.createTempFile(LabNames.prefix(), ".disk");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate(1), LENGTH_BYTES - 1);
            }
            return new DiskImage(file);
        } catch (IOException e) {
            throw new LabException("cannot make a disk image", e);
        }
    }

    /** {@return whether the host's page cache is passed by} */
    public boolean direct() {
        return direct;
    }

    /** {@return the image} */
    public Path file() {
        return file;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
