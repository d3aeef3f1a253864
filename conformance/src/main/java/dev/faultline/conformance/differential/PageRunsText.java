package dev.faultline.conformance.differential;

import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.Pagemap;

/** What a scan found, as text. Runs that lie side by side and agree are one, however the scan cut them. */
final class PageRunsText implements Pagemap.PageRuns {
    private static final PageCategory[] CATEGORIES = PageCategory.values();

    private final World world;
    private final StringBuilder text = new StringBuilder();
    private long start;
    private long end;
    private long categories = -1;

    PageRunsText(World world) {
        this.world = world;
    }

    @Override
    public void accept(long address, long lengthBytes, long found) {
        if (found == categories && address == end) {
            end += lengthBytes;
            return;
        }
        flush();
        start = address;
        end = address + lengthBytes;
        categories = found;
    }

    private void flush() {
        if (categories < 0) {
            return;
        }
        text.append(text.isEmpty() ? "" : " ").append(Words.page(start, world));
        if (end - start > world.pageBytes()) {
            text.append('-').append(Words.page(end - 1, world));
        }
        text.append('=');
        // The first letter of each: Tracked is T, and WRITTEN is W.
        for (PageCategory category : CATEGORIES) {
            if ((categories & category.mask()) != 0) {
                text.append(
                        category == PageCategory.WRITE_TRACKED
                                ? 'T'
                                : category.name().charAt(0));
            }
        }
        categories = -1;
    }

    @Override
    public String toString() {
        flush();
        return text.toString();
    }
}
