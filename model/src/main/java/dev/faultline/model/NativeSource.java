package dev.faultline.model;

import java.lang.foreign.MemorySegment;

/**
 * The content of a COPY in memory of this JVM.
 *
 * @param content where
 */
record NativeSource(MemorySegment content) implements Fill.Source {
    @Override
    public boolean isValid(long lengthBytes) {
        return Ranges.isValidLength(lengthBytes);
    }

    @Override
    public boolean readAtOnce(long offset, MemorySegment target) {
        target.copyFrom(content.asSlice(offset, target.byteSize()));
        return true;
    }

    @Override
    public boolean read(long offset, MemorySegment target) {
        return readAtOnce(offset, target);
    }
}
