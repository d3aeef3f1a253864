package dev.faultline.model;

import java.lang.foreign.MemorySegment;

/**
 * The content of a COPY in memory of a process of the model.
 *
 * @param access how it is read
 * @param by the thread that calls
 * @param address where in its memory
 */
record MappedSource(Access access, ModelThread by, long address) implements Fill.Source {
    @Override
    public boolean isValid(long lengthBytes) {
        return Ranges.isValidUnaligned(address, lengthBytes);
    }

    @Override
    public boolean readAtOnce(long offset, MemorySegment target) {
        return Access.readAtOnce(by.space(), address + offset, target);
    }

    @Override
    public boolean read(long offset, MemorySegment target) {
        return access.byKernel(by, by.space(), address + offset, target, false) == target.byteSize();
    }
}
