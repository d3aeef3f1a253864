package dev.faultline.simulation.vm;

import dev.faultline.migration.guest.GuestRegion;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * The 4 KiB blocks that vCPUs check and write: every page of small ones, and some blocks of each huge page. A block's
 * content tells everywhere in it which block and which version it is; version 0, and now and then another one, is zeros.
 */
final class Blocks {
    static final int BYTES = 4096;
    private static final int PER_HUGE_PAGE = 6;
    private static final int ZERO_EVERY = 9;
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private record Block(int region, long offset) {}

    private final List<GuestRegion> regions;
    private final List<Block> blocks = new ArrayList<>();

    Blocks(List<GuestRegion> regions) {
        this.regions = regions;
        for (GuestRegion region : regions) {
            long pageBytes = region.file().pageSize().bytes();
            long stride = region.file().pageSize().isHuge() ? pageBytes / PER_HUGE_PAGE / BYTES * BYTES : pageBytes;
            int perPage = region.file().pageSize().isHuge() ? PER_HUGE_PAGE : 1;
            for (int page = 0; page < region.pageCount(); page++) {
                for (int i = 0; i < perPage; i++) {
                    blocks.add(new Block(region.id(), page * pageBytes + i * stride));
                }
            }
        }
    }

    int count() {
        return blocks.size();
    }

    long address(int block) {
        Block at = blocks.get(block);
        return regions.get(at.region()).guestAddress() + at.offset();
    }

    String describe(int block) {
        Block at = blocks.get(block);
        GuestRegion region = regions.get(at.region());
        return "page " + (at.offset() >> region.pageShift()) + " of " + region.name();
    }

    private static boolean isZero(int version) {
        return version % ZERO_EVERY == 0;
    }

    private static long base(int block, int version) {
        return isZero(version) ? 0 : (block + 1) * FACTOR ^ ((long) version << 32);
    }

    void fill(MemorySegment target, int block, int version) {
        long base = base(block, version);
        if (base == 0) {
            target.fill((byte) 0);
            return;
        }
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            target.set(ValueLayout.JAVA_LONG_UNALIGNED, i, base + i);
        }
    }

    /** {@return what is wrong with a block's content, or an empty string} */
    String check(MemorySegment found, int block, int version) {
        long base = base(block, version);
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            long word = found.get(ValueLayout.JAVA_LONG_UNALIGNED, i);
            if (word != (base == 0 ? 0 : base + i)) {
                return describe(block) + " should be of version " + version + (base == 0 ? " (zeros)" : "")
                        + ", and is " + what(found, block, version);
            }
        }
        return "";
    }

    /** Looks which version each half is of. */
    private String what(MemorySegment found, int block, int version) {
        return what(found, 0, block, version) + " at its beginning, " + what(found, BYTES - Long.BYTES, block, version)
                + " at its end";
    }

    private String what(MemorySegment found, int offset, int block, int version) {
        long word = found.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
        if (word == 0) {
            return "zero";
        }
        for (int other = version + 1; other > 0; other--) {
            if (word == base(block, other) + offset) {
                return "of version " + other;
            }
        }
        return "something else";
    }
}
