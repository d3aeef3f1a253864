package dev.faultline.migration.destination;

import dev.faultline.migration.page.PageHashes;
import dev.faultline.migration.wire.Frame;
import dev.faultline.migration.wire.FrameType;
import java.util.Objects;
import java.util.Optional;

/** The hashes of all pages as frames, each made when it is its turn. */
final class Manifest {
    /** What the source has to read to compare one frame: little enough to be heard meanwhile. */
    private static final long PART_BYTES = 16L << 20;

    private final DestinationMemory memory;
    private int region;
    private int first;

    Manifest(DestinationMemory memory) {
        this.memory = memory;
    }

    /** {@return the next part, if there is one} */
    Optional<Frame> next() {
        if (region == memory.regionCount()) {
            return Optional.empty();
        }
        int pageCount = memory.states(region).pageCount();
        long pages = Math.max(1, PART_BYTES >> memory.region(region).pageShift());
        int count = (int) Math.min(Math.min(pages, Frame.MAX_MANIFEST_PAGES), pageCount - first);
        PageHashes hashes = Objects.requireNonNull(memory.hashes(region));
        Frame part = new Frame(FrameType.MANIFEST, 0, region, count, first, 0, hashes.encode(first, count));
        first += count;
        if (first == pageCount) {
            region++;
            first = 0;
        }
        return Optional.of(part);
    }
}
