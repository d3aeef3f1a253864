package dev.faultline.migration.source;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.page.PageBits;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Which pages of the paused guest are dirty. To look at all of them takes the longer the more memory there is, so nobody
 * waits for that: a chunk is looked at when somebody asks about a page of it, and the rest in the background.
 */
final class LastScan {
    /** 64 MiB of 4 KiB pages; a multiple of 64, so that no two chunks share a word. */
    static final int CHUNK_PAGES = 1 << 14;

    private static final int UNKNOWN = 0;
    private static final int LOOKING = 1;
    private static final int KNOWN = 2;

    /** Finds what was written of a chunk since it was sent. */
    interface Scanner {
        void addWritten(int region, int first, int count, PageBits dirty);
    }

    private final List<PageBits> dirty;
    private final Scanner scanner;
    private final List<AtomicIntegerArray> chunks;
    private final Signal known;

    /**
     * Makes a scan that has not begun.
     *
     * @param dirty what is known to be dirty, by region; added to
     */
    LastScan(Host host, List<PageBits> dirty, Scanner scanner) {
        this.dirty = dirty;
        this.scanner = scanner;
        chunks = dirty.stream()
                .map(bits -> new AtomicIntegerArray(Math.ceilDiv(bits.pageCount(), CHUNK_PAGES)))
                .toList();
        known = host.newSignal();
    }

    /** {@return a scan that has ended} */
    static LastScan of(Host host, List<PageBits> dirty) {
        return new LastScan(host, dirty, (_, _, _, _) -> {});
    }

    /**
     * {@return the dirty pages of a region, of which those in the page's chunk are known now; they do not change any more}
     */
    PageBits around(int region, int page) throws InterruptedException {
        AtomicIntegerArray states = chunks.get(region);
        int chunk = page / CHUNK_PAGES;
        if (states.compareAndSet(chunk, UNKNOWN, LOOKING)) {
            PageBits bits = dirty.get(region);
            int first = chunk * CHUNK_PAGES;
            try {
                scanner.addWritten(region, first, Math.min(CHUNK_PAGES, bits.pageCount() - first), bits);
            } catch (RuntimeException | Error e) {
                states.set(chunk, UNKNOWN);
                known.raise();
                throw e;
            }
            states.set(chunk, KNOWN);
            known.raise();
        } else if (states.get(chunk) != KNOWN) {
            known.await(() -> states.get(chunk) != LOOKING, Signal.FOREVER);
            return around(region, page); // known, or to be tried again
        }
        return dirty.get(region);
    }

    /**
     * {@return all dirty pages by region, once all of them are known} Goes backwards: who streams the map goes forwards, and
     * so each of the two finds half of it.
     */
    List<PageBits> all() throws InterruptedException {
        for (int region = dirty.size() - 1; region >= 0; region--) {
            for (int chunk = chunks.get(region).length() - 1; chunk >= 0; chunk--) {
                PageBits _ = around(region, chunk * CHUNK_PAGES);
            }
        }
        return dirty;
    }

    /** {@return what it holds in memory} */
    long stateBytes() {
        long chunkCount = chunks.stream().mapToLong(AtomicIntegerArray::length).sum();
        return PageBits.sizeBytes(dirty) + chunkCount * Integer.BYTES;
    }
}
