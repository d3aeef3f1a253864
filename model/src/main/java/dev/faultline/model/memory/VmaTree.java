package dev.faultline.model.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The mappings of an address space, which split and merge. Source: mm/vma.c, Linux 6.18. */
public final class VmaTree {
    private static final long TOP = 0x7fff_f7ff_f000L;

    private final TreeMap<Long, Vma> byStart = new TreeMap<>();

    /** {@return the mapping that an address is in, or null} */
    public @Nullable Vma find(long address) {
        Map.Entry<Long, Vma> entry = byStart.floorEntry(address);
        return entry != null && entry.getValue().contains(address) ? entry.getValue() : null;
    }

    public Collection<Vma> all() {
        return byStart.values();
    }

    public void clear() {
        byStart.clear();
    }

    /** {@return the mappings that share bytes with a range, in rising order; a copy} */
    public List<Vma> in(long start, long end) {
        List<Vma> found = new ArrayList<>();
        Vma first = find(start);
        if (first != null && start < end) {
            found.add(first);
        }
        if (start < end) {
            found.addAll(byStart.subMap(start, first == null, end, false).values());
        }
        return found;
    }

    /** {@return whether a split is possible there: not within a huge page} */
    public static boolean canSplit(Vma vma, long address) {
        return address <= vma.start() || address >= vma.end() || Pages.isAligned(address, vma.pageBytes());
    }

    private void split(Vma vma, long address) {
        if (address <= vma.start() || address >= vma.end()) {
            return;
        }
        Vma upper = vma.copyAt(address, address, vma.end() - address);
        vma.setRange(vma.start(), address);
        byStart.put(address, upper);
    }

    /** Takes a range out of the tree. */
    public void remove(long start, long end) {
        for (Vma vma : in(start, end)) {
            split(vma, start);
        }
        for (Vma vma : in(start, end)) {
            split(vma, end);
            byStart.remove(vma.start());
        }
    }

    /** {@return the mapping that has become of a new one: it may have merged with its neighbours} */
    public Vma insert(Vma vma) {
        byStart.put(vma.start(), vma);
        return merge(vma);
    }

    /** Adds a mapping to a child's, where none merges. */
    public void insertCopy(Vma vma) {
        byStart.put(vma.start(), vma);
    }

    /** Changes the part of one mapping that lies in a range; splits it off before, and merges it after. */
    public Vma modify(Vma vma, long start, long end, Consumer<Vma> change) {
        split(vma, start);
        Vma part = vma.start() < start ? byStart.get(start) : vma;
        if (part == null) {
            throw new IllegalStateException("the range is outside the mapping");
        }
        split(part, end);
        change.accept(part);
        return merge(part);
    }

    /** Makes a mapping longer, into free addresses. */
    public Vma extend(Vma vma, long newEnd) {
        vma.setRange(vma.start(), newEnd);
        return merge(vma);
    }

    private Vma merge(Vma vma) {
        Vma merged = vma;
        Map.Entry<Long, Vma> before = byStart.lowerEntry(vma.start());
        if (before != null && canMerge(before.getValue(), vma)) {
            merged = join(before.getValue(), vma);
        }
        Vma after = byStart.get(merged.end());
        return after != null && canMerge(merged, after) ? join(merged, after) : merged;
    }

    private Vma join(Vma low, Vma high) {
        byStart.remove(high.start());
        if (low.identity() == null) {
            low.setIdentity(high.identity());
        }
        if (high.isGuarded()) {
            low.setGuarded();
        }
        low.setRange(low.start(), high.end());
        return low;
    }

    /** {@return whether two mappings that touch differ in nothing} Huge pages never merge. mm/vma.c, is_mergeable_vma. */
    private static boolean canMerge(Vma low, Vma high) {
        return !low.isHuge()
                && agree(low, high)
                && low.context() == high.context()
                && low.protection() == high.protection()
                && canShareIdentity(low.identity(), high.identity());
    }

    private static boolean agree(Vma low, Vma high) {
        return low.end() == high.start()
                && low.isShared() == high.isShared()
                && low.mayWrite() == high.mayWrite()
                && low.file() == high.file()
                && low.fileOffset() + (low.end() - low.start()) == high.fileOffset()
                && low.isNoReserve() == high.isNoReserve()
                && low.isAccounted() == high.isAccounted()
                && low.isDontFork() == high.isDontFork()
                && low.modes() == high.modes();
    }

    private static boolean canShareIdentity(@Nullable AnonIdentity low, @Nullable AnonIdentity high) {
        if (low == null || high == null) {
            AnonIdentity only = low == null ? high : low;
            return only == null || !only.forked();
        }
        return low.equals(high);
    }

    /**
     * Gives a mapping what its pages are known by, before it gets the first page of the process's own: that of a
     * neighbour if they could merge but for their protection and their userfaultfd. Source: mm/vma.c,
     * find_mergeable_anon_vma, anon_vma_compatible.
     */
    public void prepareIdentity(Vma vma) {
        if (vma.identity() != null) {
            return;
        }
        Vma after = byStart.get(vma.end());
        Map.Entry<Long, Vma> before = byStart.lowerEntry(vma.start());
        if (after != null && agree(vma, after) && isReusable(after)) {
            vma.setIdentity(after.identity());
        } else if (before != null && agree(before.getValue(), vma) && isReusable(before.getValue())) {
            vma.setIdentity(before.getValue().identity());
        } else {
            vma.setIdentity(AnonIdentity.create(false));
        }
    }

    private static boolean isReusable(Vma vma) {
        AnonIdentity identity = vma.identity();
        return identity != null && !identity.forked();
    }

    /** {@return the highest free range, or -1 if there is none} */
    public long findGap(long lengthBytes, long alignment) {
        long end = TOP;
        for (Vma vma : byStart.descendingMap().values()) {
            long start = Pages.roundDown(end - lengthBytes, alignment);
            if (start >= vma.end()) {
                return start;
            }
            end = Math.min(end, vma.start());
        }
        long start = Pages.roundDown(end - lengthBytes, alignment);
        return start >= Pages.MIN_ADDRESS ? start : -1;
    }
}
