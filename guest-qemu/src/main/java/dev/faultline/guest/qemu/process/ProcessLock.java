package dev.faultline.guest.qemu.process;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import dev.faultline.uffd.proc.ProcessStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One engine at a time for each QEMU on this host: a locked file, which the kernel unlocks when its owner ends. A file
 * stays for as long as its QEMU, since removing it while others wait for it would let two of them have it; the next
 * engine removes those of QEMUs that have ended.
 */
public final class ProcessLock implements AutoCloseable {
    /** Those that this process has: to open and close such a file once more would unlock it. See fcntl(2). */
    private static final Set<Path> HERE = ConcurrentHashMap.newKeySet();

    private static final String PREFIX = "qemu-";
    private static final String SUFFIX = ".lock";
    private static final int NUMBER_BYTES = 20;

    private final Path file;
    private final FileChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ProcessLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param process whose
     * @return the lock
     * @throws GuestException if another engine has it, or there is no place for such files
     */
    public static ProcessLock take(QemuProcess process) {
        return take(folder(), process.processId(), process.startTimeTicks());
    }

    static ProcessLock take(Path folder, long processId, long startTimeTicks) {
        Path file = folder.resolve(PREFIX + processId + "-" + startTimeTicks + SUFFIX)
                .toAbsolutePath()
                .normalize();
        if (!HERE.add(file)) {
            throw busy(Long.toString(ProcessHandle.current().pid()), processId);
        }
        try {
            makeFolder(folder);
            removeOld(folder);
            return new ProcessLock(file, lock(file, processId));
        } catch (IOException e) {
            HERE.remove(file);
            throw new GuestException("The file that keeps other engines from this QEMU cannot be locked: " + e, e);
        } catch (GuestException e) {
            HERE.remove(file);
            throw e;
        }
    }

    private static FileChannel lock(Path file, long processId) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw busy(owner(channel), processId);
            }
            channel.truncate(0);
            String self = Long.toString(ProcessHandle.current().pid());
            channel.write(ByteBuffer.wrap(self.getBytes(StandardCharsets.US_ASCII)), 0);
            return channel;
        } catch (GuestException | IOException e) {
            channel.close();
            throw e;
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(NUMBER_BYTES);
        channel.read(text, 0);
        return StandardCharsets.US_ASCII.decode(text.flip()).toString();
    }

    private static GuestException busy(String owner, long processId) {
        return new GuestException(
                "The engine of process " + owner + " is attached to QEMU process " + processId + " already");
    }

    private static void removeOld(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                String[] numbers = name.substring(PREFIX.length(), name.length() - SUFFIX.length())
                        .split("-", -1);
                if (numbers.length == 2 && !isAlive(numbers[0], numbers[1])) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isAlive(String processId, String startTimeTicks) {
        try {
            return ProcessStatus.startTimeTicks(Long.parseLong(processId)) == Long.parseLong(startTimeTicks);
        } catch (LinuxException e) {
            return false;
        } catch (NumberFormatException e) {
            return true; // no file of ours: it is left alone
        }
    }

    /** {@return where such files are} Root's own place, or the user's. */
    private static Path folder() {
        if (Processes.isRoot()) {
            return Path.of("/run/faultline");
        }
        String user = System.getenv("XDG_RUNTIME_DIR");
        if (user == null || user.isEmpty()) {
            throw new GuestException(
                    "There is no place for the file that keeps other engines from this QEMU: run as root,"
                            + " or set XDG_RUNTIME_DIR");
        }
        return Path.of(user, "faultline");
    }

    private static void makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Gives it back. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                channel.close();
            } catch (IOException e) {
                System.getLogger(ProcessLock.class.getName()).log(System.Logger.Level.DEBUG, "unlocking " + file, e);
            } finally {
                HERE.remove(file);
            }
        }
    }
}
