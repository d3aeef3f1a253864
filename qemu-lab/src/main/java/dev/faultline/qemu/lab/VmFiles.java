package dev.faultline.qemu.lab;

import dev.faultline.qemu.lab.host.Cleanup;
import dev.faultline.qemu.lab.host.Command;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.LabNames;
import dev.faultline.testing.HugePageReservation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of one machine, which are gone when it is closed: a directory with a short path, since those of sockets are
 * limited to 107 characters, and one for its memory on a file system that is memory.
 */
final class VmFiles {
    private static final Path TMPFS = Path.of("/dev/shm");

    private final Path directory;
    private final Path memory;

    private VmFiles(Path directory, Path memory) {
        this.directory = directory;
        this.memory = memory;
    }

    /** Makes them; huge pages are added to the machine's pool for a backing of such. */
    static VmFiles create(VmSpec spec, Cleanup cleanup) {
        try {
            Path directory = temporary(null, cleanup);
            if (spec.backing().huge()) {
                reserve(spec, cleanup);
            }
            return switch (spec.backing()) {
                case FILE -> new VmFiles(directory, onTmpfs(cleanup));
                case HUGE_FILE -> new VmFiles(directory, onHugetlbfs(directory, cleanup));
                default -> new VmFiles(directory, directory);
            };
        } catch (IOException e) {
            throw new LabException("cannot make the files of machine " + spec.name() + ": " + e.getMessage(), e);
        }
    }

    Path of(String suffix) {
        return directory.resolve("vm." + suffix);
    }

    /** The file of a part of the memory, for a backing that has files. */
    Path memory(int node) {
        return memory.resolve("ram" + node);
    }

    private static void reserve(VmSpec spec, Cleanup cleanup) throws IOException {
        long pages = spec.memoryBytes() / spec.backing().pageBytes();
        HugePageReservation reservation = HugePageReservation.add(Math.toIntExact(pages));
        cleanup.add(reservation::close);
    }

    private static Path onTmpfs(Cleanup cleanup) throws IOException {
        if (!Files.getFileStore(TMPFS).type().equals("tmpfs")) {
            throw new IOException(TMPFS + " is no tmpfs: mount one there");
        }
        return temporary(TMPFS, cleanup);
    }

    private static Path onHugetlbfs(Path directory, Cleanup cleanup) throws IOException {
        Path mount = Files.createDirectory(directory.resolve("huge"));
        Command.run("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "none", mount.toString());
        cleanup.add(() -> Command.run("umount", mount.toString()));
        cleanup.add(() -> deleteContent(mount));
        return mount;
    }

    private static Path temporary(@Nullable Path parent, Cleanup cleanup) throws IOException {
        Path made = parent == null
                ? Files.createTempDirectory(LabNames.prefix())
                : Files.createTempDirectory(parent, LabNames.prefix());
        cleanup.add(() -> {
            deleteContent(made);
            Files.delete(made);
        });
        return made;
    }

    private static void deleteContent(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder())
                    .filter(file -> !file.equals(directory))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}
