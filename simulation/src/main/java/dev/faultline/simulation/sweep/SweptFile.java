package dev.faultline.simulation.sweep;

import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A memory file that is all data, of which nobody reads more than that. */
record SweptFile(String identity, MemorySegment segment) implements MemoryFile {
    @Override
    public long lengthBytes() {
        return segment.byteSize();
    }

    @Override
    public PageSize pageSize() {
        return PageSize.SIZE_2M;
    }

    @Override
    public AliasMapping mapAlias() {
        return new Alias(segment);
    }

    @Override
    public long nextData(long offset) {
        return offset;
    }

    @Override
    public long nextHole(long offset) {
        return lengthBytes();
    }

    @Override
    public void punchHole(long offset, long rangeBytes) {
        // There is nothing to give back.
    }

    /** What it gives is not zero; that is all an engine looks at. */
    @Override
    public void read(long offset, MemorySegment target) {
        target.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, 1);
    }

    @Override
    public long allocatedBytes() {
        return 0;
    }

    @Override
    public void close() {
        // There is nothing to give back.
    }

    /** Its segment is never touched: what arrives is not stored. */
    private record Alias(MemorySegment segment) implements AliasMapping {
        @Override
        public void makeWritable(long offset, long rangeBytes) {
            // It is.
        }

        @Override
        public void populate(long offset, long rangeBytes) {
            // There is nothing to make.
        }

        @Override
        public void close() {
            // There is nothing to give back.
        }
    }
}
