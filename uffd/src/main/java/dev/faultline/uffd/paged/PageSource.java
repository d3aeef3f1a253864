package dev.faultline.uffd.paged;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Where a region's pages come from and go to: a file, a compressed store, another machine. Called by any thread that uses
 * the region, and by several at once, for different pages. It must not use the region itself: it would wait for itself.
 */
@FunctionalInterface
public interface PageSource {
    /**
     * Fills a page.
     *
     * @param offset the page's place in the region
     * @param page all of the page, which holds zeros; to be used during the call, by the calling thread
     * @throws IOException if it cannot: whoever wanted the page learns of it, and the next one has it tried again
     */
    void load(long offset, MemorySegment page) throws IOException;

    /**
     * Keeps a page that was changed. Unless it was evicted, it may be changed again while this reads it; it is stored
     * once more then.
     *
     * @param offset the page's place in the region
     * @param page all of the page, read-only; to be used during the call, by the calling thread
     * @throws IOException if it cannot: the page stays where it is, and stays changed
     */
    default void store(long offset, MemorySegment page) throws IOException {
        throw new IOException("this source keeps no changes");
    }
}
