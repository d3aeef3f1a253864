package dev.faultline.qemu.lab.guest;

import dev.faultline.qemu.lab.host.LabException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Directories that are made once, each under the name of what it was made from: target/qemu-lab of the repository, or the
 * directory that the system property {@value #PROPERTY} names. Safe for use by several threads and processes.
 */
final class ImageCache {
    static final String PROPERTY = "faultline.lab.cache";

    private static final int KEY_DIGITS = 16;

    /** Fills a new directory. */
    @FunctionalInterface
    interface Maker {
        void make(Path directory) throws IOException;
    }

    private ImageCache() {}

    /** The directory of that name, made now if it was not made before. */
    static synchronized Path directory(String name, Maker maker) {
        Path root = root();
        Path made = root.resolve(name);
        try {
            Files.createDirectories(root);
            // Between processes the lock is the file's, which one process cannot take twice: so also the class's.
            try (FileChannel channel = FileChannel.open(
                            root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                if (!Files.isDirectory(made)) {
                    make(root, made, maker);
                }
            }
            return made;
        } catch (IOException e) {
            throw new LabException("cannot make " + made + ": " + e, e);
        }
    }

    /** A directory is there as a whole or not at all. */
    private static void make(Path root, Path made, Maker maker) throws IOException {
        Path unfinished = Files.createTempDirectory(root, "unfinished-");
        try {
            maker.make(unfinished);
            Files.move(unfinished, made, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            deleteTree(unfinished);
        }
    }

    static void deleteTree(Path tree) throws IOException {
        if (Files.isDirectory(tree)) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A short name for inputs, which changes with any of them. */
    static String key(List<byte[]> inputs) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] input : inputs) {
                // Hashed by itself first: the inputs' lengths have to count.
                digest.update(MessageDigest.getInstance("SHA-256").digest(input));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, KEY_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A source that is in this module. */
    static byte[] resource(String name) {
        try (InputStream in = ImageCache.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from this build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new LabException("cannot read the resource " + name, e);
        }
    }

    private static Path root() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return Path.of(given).toAbsolutePath();
        }
        Path here = Path.of("").toAbsolutePath();
        for (Path directory = here; directory != null; directory = directory.getParent()) {
            if (Files.isDirectory(directory.resolve(".mvn"))) {
                return directory.resolve("target/qemu-lab");
            }
        }
        return here.resolve("target/qemu-lab");
    }
}
