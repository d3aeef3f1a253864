package dev.faultline.model.memory;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The page tables of a process. A huge page has one entry, at its first address. */
public final class PageTable {
    private final Map<Long, Pte> entries = new HashMap<>();
    /** The lowest tables that exist, one for each 2 MiB. They outlive their entries, and some errnos tell. */
    private final Set<Long> tables = new HashSet<>();
    /** The tables above, one for each GiB, in which huge pages have their entries. */
    private final Set<Long> upperTables = new HashSet<>();

    /** Pages whose entries are gone for a moment. */
    private final Set<Long> copied = new HashSet<>();

    public @Nullable Pte get(long address) {
        return entries.get(address >> Pages.SHIFT);
    }

    public void set(long address, @Nullable Pte pte) {
        Pte old;
        if (pte == null) {
            old = entries.remove(address >> Pages.SHIFT);
        } else {
            allocateTable(address);
            countMapping(pte, true);
            old = entries.put(address >> Pages.SHIFT, pte);
        }
        if (old != null) {
            countMapping(old, false);
        }
    }

    private static void countMapping(Pte pte, boolean added) {
        Frame frame = switch (pte) {
            case Pte.Present present -> present.frame();
            case Pte.Swapped swapped -> swapped.frame();
            case Pte.Marker _ -> null;
        };
        if (frame instanceof Frame.Anonymous anonymous) {
            if (added) {
                anonymous.map();
            } else {
                anonymous.unmap();
            }
        }
    }

    /**
     * Begins the copying of a page on a write. Until it ends, the entry is gone for those who look without the table's
     * lock; {@link #get} is a look with it. Source: mm/memory.c, wp_page_copy.
     */
    public void beginCopy(long address) {
        copied.add(address >> Pages.SHIFT);
    }

    public void endCopy(long address) {
        copied.remove(address >> Pages.SHIFT);
    }

    public boolean isBeingCopied(long address) {
        return copied.contains(address >> Pages.SHIFT);
    }

    /** Makes the tables that an address belongs to, as looking for a place to fill does. */
    public void allocateTable(long address) {
        tables.add(address >> Pages.HUGE_SHIFT);
        upperTables.add(address >> Pages.UPPER_SHIFT);
    }

    public boolean hasTable(long address) {
        return tables.contains(address >> Pages.HUGE_SHIFT);
    }

    public boolean hasUpperTable(long address) {
        return upperTables.contains(address >> Pages.UPPER_SHIFT);
    }

    /** Frees the table of an address; it has no entries. */
    public void freeTable(long address) {
        tables.remove(address >> Pages.HUGE_SHIFT);
    }

    public void freeUpperTable(long address) {
        upperTables.remove(address >> Pages.UPPER_SHIFT);
    }

    public void clear() {
        for (Pte pte : entries.values()) {
            countMapping(pte, false);
        }
        entries.clear();
        tables.clear();
        upperTables.clear();
    }
}
