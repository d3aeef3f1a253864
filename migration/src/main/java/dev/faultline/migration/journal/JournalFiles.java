package dev.faultline.migration.journal;

import dev.faultline.migration.guest.GuestException;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A journal's files: {@code KEY.lock} is held by its engine, {@code KEY.move} is the entry, replaced as a whole. */
final class JournalFiles implements AutoCloseable {
    private static final String ENTRY = ".move";
    private static final String PAGES = ".pages";
    private static final String DIRTY = ".dirty";
    private static final String HASHES = ".hashes";
    private static final String FRESH = ".new";
    private static final String LOCK = ".lock";
    private static final String CONTROL = ".ctl";
    private static final Set<Phase> AWAITED = EnumSet.of(Phase.PREPARED, Phase.NEVER, Phase.COMPLETE);

    private final Path directory;
    private final String key;
    private final FileChannel lockFile;

    private JournalFiles(Path directory, String key, FileChannel lockFile) {
        this.directory = directory;
        this.key = key;
        this.lockFile = lockFile;
    }

    static JournalFiles lock(Path directory, ProcessKey process, String name) {
        String key = process.fileName();
        Path path = directory.resolve(key + LOCK);
        try {
            // Who can write here can make an engine overwrite memory: nobody else may.
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            sweep(directory);
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new GuestException("Another engine moves '" + name + "' already (process " + process.processId()
                        + "; its journal is in " + directory + ")");
            }
            return new JournalFiles(directory, key, channel);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /** Takes away what is left of guests that have ended, unless their peer may still want to hear how it went. */
    private static void sweep(Path directory) throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(directory, "*" + LOCK)) {
            for (Path lock : locks) {
                String name = lock.getFileName().toString();
                String key = name.substring(0, name.length() - LOCK.length());
                boolean hasEnded =
                        ProcessKey.parse(key).map(process -> !process.isAlive()).orElse(false);
                if (hasEnded && !isAwaited(directory.resolve(key + ENTRY))) {
                    for (String kind : List.of(ENTRY, PAGES, DIRTY, HASHES, FRESH, CONTROL, LOCK)) {
                        Files.deleteIfExists(directory.resolve(key + kind));
                    }
                }
            }
        }
    }

    private static boolean isAwaited(Path entry) {
        try {
            return Files.exists(entry) && AWAITED.contains(read(entry).phase());
        } catch (GuestException e) {
            return true; // it is for somebody to look at
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // by this process
        }
    }

    static GuestException unwritable(Path path, IOException e) {
        return new GuestException(
                "The journal cannot be written: " + path + ": " + e + "; name another directory with --journal", e);
    }

    static GuestException damaged(Path path, @Nullable String how, Exception e) {
        return new GuestException(
                "The journal " + path + " is damaged: " + how
                        + ". The move cannot go on from it, and nothing was changed",
                e);
    }

    /** Throws unless a file is there and has that length. */
    void requireLength(Path path, long lengthBytes) {
        try {
            long actualBytes = Files.size(path);
            if (actualBytes != lengthBytes) {
                throw new IOException("it has " + actualBytes + " bytes instead of " + lengthBytes);
            }
        } catch (NoSuchFileException e) {
            throw damaged(path, "it is not there", e);
        } catch (IOException e) {
            throw damaged(path, e.getMessage(), e);
        }
    }

    Path pages() {
        return directory.resolve(key + PAGES);
    }

    Path dirty() {
        return directory.resolve(key + DIRTY);
    }

    Path control() {
        return directory.resolve(key + CONTROL);
    }

    Path hashes() {
        return directory.resolve(key + HASHES);
    }

    private Path entry() {
        return directory.resolve(key + ENTRY);
    }

    /** {@return what was left behind, if anything} */
    @Nullable
    Entry readEntry() {
        return Files.exists(entry()) ? read(entry()) : null;
    }

    private static Entry read(Path path) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
            return Entry.of(properties);
        } catch (IOException | IllegalArgumentException e) {
            throw new GuestException("The journal " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Replaces the entry: whoever reads it finds the one before or this one. */
    void writeEntry(Entry next) {
        Path fresh = directory.resolve(key + FRESH);
        try {
            Files.writeString(fresh, next.text());
            Files.move(fresh, entry(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unwritable(entry(), e);
        }
    }

    static List<Entry> list(Path directory) {
        List<Entry> entries = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, "*" + ENTRY)) {
                paths.forEach(path -> entries.add(read(path)));
            } catch (IOException e) {
                throw new GuestException("The journals in " + directory + " cannot be read: " + e, e);
            }
        }
        return entries;
    }

    void delete() {
        try {
            Files.deleteIfExists(entry()); // first: without it the others mean nothing
            Files.deleteIfExists(pages());
            Files.deleteIfExists(dirty());
            Files.deleteIfExists(hashes());
        } catch (IOException e) {
            throw unwritable(entry(), e);
        }
    }

    /** Gives the lock back. Its file stays for as long as the process lives: another engine may be about to lock it. */
    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            System.getLogger(JournalFiles.class.getName())
                    .log(System.Logger.Level.DEBUG, "a lock was not given back", e);
        }
    }
}
