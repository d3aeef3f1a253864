package dev.faultline.cli.demo;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.memory.MemoryFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Compares the memory of two guests that do not run. It reads by pread(2), so that holes stay holes. */
final class MemoryComparison {
    private static final long CHUNK_BYTES = 4 << 20;

    private MemoryComparison() {}

    static Comparison of(Guest source, Guest destination) throws OperatorException {
        List<GuestRegion> left = source.regions();
        List<GuestRegion> right = destination.regions();
        if (left.size() != right.size()) {
            throw new OperatorException("The guests have " + left.size() + " and " + right.size() + " regions");
        }
        long compared = 0;
        long differing = 0;
        for (int i = 0; i < left.size(); i++) {
            compared += left.get(i).lengthBytes();
            differing += differing(left.get(i).file(), right.get(i).file());
        }
        return new Comparison(compared, differing, allocated(left), allocated(right));
    }

    private static long allocated(List<GuestRegion> regions) {
        return regions.stream()
                .mapToLong(region -> region.file().allocatedBytes())
                .sum();
    }

    private static long differing(MemoryFile left, MemoryFile right) {
        long differing = Math.abs(left.lengthBytes() - right.lengthBytes());
        long length = Math.min(left.lengthBytes(), right.lengthBytes());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment first = arena.allocate(CHUNK_BYTES);
            MemorySegment second = arena.allocate(CHUNK_BYTES);
            for (long offset = 0; offset < length; offset += CHUNK_BYTES) {
                long bytes = Math.min(CHUNK_BYTES, length - offset);
                differing += differing(left, right, offset, first.asSlice(0, bytes), second.asSlice(0, bytes));
            }
        }
        return differing;
    }

    private static long differing(
            MemoryFile left, MemoryFile right, long offset, MemorySegment first, MemorySegment second) {
        left.read(offset, first);
        right.read(offset, second);
        if (first.mismatch(second) < 0) {
            return 0;
        }
        long differing = 0;
        for (long i = 0; i < first.byteSize(); i++) {
            if (first.get(ValueLayout.JAVA_BYTE, i) != second.get(ValueLayout.JAVA_BYTE, i)) {
                differing++;
            }
        }
        return differing;
    }
}
