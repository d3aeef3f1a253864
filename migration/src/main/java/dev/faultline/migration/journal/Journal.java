package dev.faultline.migration.journal;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.page.PageBits;
import dev.faultline.migration.page.PageHashes;
import dev.faultline.migration.page.PageStates;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a side of a move writes down, so that another engine can go on where this one was killed: how far it has come, the
 * state of every page (destination), the dirty map (source). The page states are a mapped file: whatever an engine has
 * done to a page is in it, without an order of its own, for as long as the host's kernel lives; and no longer lives the
 * guest. One engine has a guest's journal at a time.
 */
public final class Journal implements AutoCloseable {
    private static final Entry NOTHING =
            new Entry("", new ProcessKey(0, 0), Phase.COPYING, 0, "", "", false, AuditReport.NONE);

    /** A multiple of 64. */
    private static final int DIRTY_PIECE_PAGES = 1 << 20;

    private final @Nullable JournalFiles files;
    private final boolean resumed;
    private Entry entry;

    private Journal(@Nullable JournalFiles files, Entry entry, boolean resumed) {
        this.files = files;
        this.entry = entry;
        this.resumed = resumed;
    }

    /** {@return a journal that nobody can read: for guests that live and die with their engine} */
    public static Journal unkept() {
        return new Journal(null, NOTHING, false);
    }

    /** {@return where a socket for this move's operators belongs; its file is swept as the others are} */
    public Optional<Path> controlSocket() {
        return Optional.ofNullable(files).map(JournalFiles::control);
    }

    /**
     * Takes a guest's journal for a new move.
     *
     * @param directory where journals are kept; made if need be
     * @param name what the guest is called on the command line
     * @param guest the guest
     * @return the journal
     * @throws GuestException if another engine has it, or an earlier move was broken off and can still be resumed, or it
     *     cannot be written
     */
    public static Journal claim(Path directory, String name, Guest guest) {
        JournalFiles files = JournalFiles.lock(directory, ProcessKey.of(guest.processId()), name);
        try {
            Entry left = files.readEntry();
            if (left != null && !left.isOver()) {
                throw new GuestException("An earlier move of '" + name + "' was broken off when it was " + left.phase()
                        + ": run 'faultline resume' for it first");
            }
            files.delete();
            return new Journal(files, Entry.none(name, guest.processId()), false);
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /**
     * Takes the journal of a move that was broken off.
     *
     * @param directory where journals are kept
     * @param name what the guest is called on the command line
     * @return the journal
     * @throws GuestException if there is none, or another engine has it
     */
    public static Journal reopen(Path directory, String name) {
        Entry found = find(directory, name);
        JournalFiles files = JournalFiles.lock(directory, found.key(), name);
        Entry now = files.readEntry();
        if (now == null) {
            files.close();
            throw nothingLeft(directory, name);
        }
        return new Journal(files, now, true);
    }

    private static Entry find(Path directory, String name) {
        Entry best = null;
        for (Entry entry : list(directory)) {
            // Of several, one whose process is there: the others are leftovers of guests that have ended.
            if (entry.name().equals(name) && (best == null || entry.isAlive())) {
                best = entry;
            }
        }
        if (best == null) {
            throw nothingLeft(directory, name);
        }
        return best;
    }

    private static GuestException nothingLeft(Path directory, String name) {
        return new GuestException("There is nothing to resume: no move of '" + name + "' was broken off, as far as "
                + directory + " knows");
    }

    /**
     * {@return every move that was written down and not brought to its end, those under way included}
     *
     * @param directory where journals are kept
     */
    public static List<Entry> list(Path directory) {
        return JournalFiles.list(directory);
    }

    /** {@return whether this is what an earlier engine left} */
    public boolean isResumed() {
        return resumed;
    }

    /** {@return what is written down} */
    public Entry entry() {
        return entry;
    }

    /** {@return how far the move has come} */
    public Phase phase() {
        return entry.phase();
    }

    /**
     * Writes a move's beginning down.
     *
     * @param phase how far it is
     * @param sessionId the move, the same on both sides
     * @param address source: where to; destination: where it listens
     * @param regions the guest's memory
     */
    public void begin(Phase phase, long sessionId, String address, List<GuestRegion> regions) {
        write(entry.begun(phase, sessionId, address, Entry.layout(regions)));
    }

    /**
     * Writes down how far it has come.
     *
     * @param phase how far
     */
    public void record(Phase phase) {
        write(entry.at(phase));
    }

    /**
     * Writes down how far it has come, and of the guest whether it is to run.
     *
     * @param phase how far
     * @param runs whether the guest ran before the hand-over
     */
    public void record(Phase phase, boolean runs) {
        write(entry.at(phase).running(runs));
    }

    /**
     * Writes down that the move is to be audited, or what came of that.
     *
     * @param audit the outcome so far
     */
    public void record(AuditReport audit) {
        write(entry.audited(audit));
    }

    private void write(Entry next) {
        if (files != null) {
            files.writeEntry(next);
        }
        entry = next;
    }

    /**
     * {@return the states of every page, kept from the first moment on; those that were left behind, if there are any}
     *
     * @param regions the guest's memory
     * @throws GuestException if what was left behind is damaged; nothing is changed then
     */
    @SuppressWarnings("exports") // for the engines
    public List<PageStates> pageStates(List<GuestRegion> regions) {
        if (files == null) {
            return regions.stream()
                    .map(region -> new PageStates(region.pageCount()))
                    .toList();
        }
        if (resumed) {
            // A shorter file would be made longer, and say that pages are absent which the guest has written to since.
            files.requireLength(files.pages(), sizeBytes(regions));
        }
        MemorySegment all = map(files.pages(), sizeBytes(regions));
        List<MemorySegment> parts = new ArrayList<>();
        long offset = 0;
        for (GuestRegion region : regions) {
            long size = PageStates.sizeBytes(region.pageCount());
            parts.add(all.asSlice(offset, size));
            offset += size;
        }
        return pageStates(files, regions, parts);
    }

    /** All are looked at before the first is changed. */
    private static List<PageStates> pageStates(
            JournalFiles files, List<GuestRegion> regions, List<MemorySegment> parts) {
        try {
            for (int i = 0; i < parts.size(); i++) {
                PageStates.check(regions.get(i).pageCount(), parts.get(i));
            }
        } catch (IllegalArgumentException e) {
            throw JournalFiles.damaged(files.pages(), e.getMessage(), e);
        }
        List<PageStates> states = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            states.add(PageStates.over(regions.get(i).pageCount(), parts.get(i)));
        }
        return states;
    }

    /**
     * {@return the hashes of every page, kept as the page states are; those that were left behind, if there are any}
     *
     * @param regions the guest's memory
     */
    @SuppressWarnings("exports") // for the engines
    public List<PageHashes> pageHashes(List<GuestRegion> regions) {
        long allBytes = regions.stream()
                .mapToLong(region -> PageHashes.sizeBytes(region.pageCount()))
                .sum();
        if (files != null && resumed) {
            files.requireLength(files.hashes(), allBytes);
        }
        MemorySegment all = files == null ? Arena.ofAuto().allocate(allBytes) : map(files.hashes(), allBytes);
        List<PageHashes> hashes = new ArrayList<>();
        long offset = 0;
        for (GuestRegion region : regions) {
            long size = PageHashes.sizeBytes(region.pageCount());
            hashes.add(new PageHashes(region.pageCount(), all.asSlice(offset, size)));
            offset += size;
        }
        return hashes;
    }

    private static long sizeBytes(List<GuestRegion> regions) {
        return regions.stream()
                .mapToLong(region -> PageStates.sizeBytes(region.pageCount()))
                .sum();
    }

    private static MemorySegment map(Path path, long sizeBytes) {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes, Arena.ofAuto());
        } catch (IOException e) {
            throw JournalFiles.unwritable(path, e);
        }
    }

    /**
     * Writes the dirty map down, as soon as it is known: who resumes without it takes every page for dirty.
     *
     * @param dirty by region
     */
    @SuppressWarnings("exports") // for the engines
    public void keepDirty(List<PageBits> dirty) {
        if (files == null) {
            return;
        }
        Path half = files.dirty().resolveSibling(files.dirty().getFileName() + ".new");
        try {
            write(half, dirty);
            Files.move(half, files.dirty(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw JournalFiles.unwritable(files.dirty(), e);
        }
    }

    private static void write(Path path, List<PageBits> dirty) throws IOException {
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            for (PageBits bits : dirty) {
                // In pieces: the JDK keeps a buffer outside the heap that is as long as the longest one written.
                for (int first = 0; first < bits.pageCount(); first += DIRTY_PIECE_PAGES) {
                    int count = Math.min(DIRTY_PIECE_PAGES, bits.pageCount() - first);
                    ByteBuffer bytes = ByteBuffer.wrap(bits.encode(first, count));
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                }
            }
        }
    }

    /**
     * {@return the dirty map that was written down; nothing if the engine ended before it was known}
     *
     * @param regions the guest's memory
     * @throws GuestException if it is damaged
     */
    @SuppressWarnings("exports") // for the engines
    public Optional<List<PageBits>> dirty(List<GuestRegion> regions) {
        JournalFiles kept = Objects.requireNonNull(files, "nothing was kept");
        if (!Files.exists(kept.dirty())) {
            return Optional.empty();
        }
        // Of a shorter file the rest would count as clean, and never be sent.
        kept.requireLength(
                kept.dirty(), regions.stream().mapToLong(Journal::dirtyBytes).sum());
        try {
            byte[] all = Files.readAllBytes(kept.dirty());
            List<PageBits> dirty = new ArrayList<>();
            int offset = 0;
            for (GuestRegion region : regions) {
                int size = (int) dirtyBytes(region);
                dirty.add(PageBits.decode(Arrays.copyOfRange(all, offset, offset + size), region.pageCount()));
                offset += size;
            }
            return Optional.of(dirty);
        } catch (IOException | IllegalArgumentException e) {
            throw JournalFiles.damaged(kept.dirty(), e.getMessage(), e);
        }
    }

    private static long dirtyBytes(GuestRegion region) {
        return Math.ceilDiv(region.pageCount(), Long.SIZE) * (long) Long.BYTES;
    }

    /** Nothing is left to be resumed. */
    public void forget() {
        if (files != null) {
            files.delete();
        }
    }

    /** Lets the next engine have it. */
    @Override
    public void close() {
        if (files != null) {
            files.close();
        }
    }
}
