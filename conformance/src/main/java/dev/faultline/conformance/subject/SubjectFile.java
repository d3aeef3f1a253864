package dev.faultline.conformance.subject;

import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.MemoryFile;
import java.lang.foreign.ValueLayout;

/** A memory file of a subject's process. */
public interface SubjectFile extends MemoryFile {
    /** Sets its length, as ftruncate(2). */
    void resize(long lengthBytes);

    /** Gives a range pages of zeros, as fallocate(2). */
    void allocate(long offset, long rangeBytes);

    /**
     * Has a range's pages, which nobody maps, written to swap.
     *
     * @throws UnsupportedOperationException if there is no swap
     */
    void swapOut(long offset, long rangeBytes);

    /** Writes a byte through an alias mapping that lasts no longer than the call. */
    default void put(long offset, int value) {
        try (AliasMapping alias = mapAlias()) {
            alias.makeWritable(offset, 1);
            alias.segment().set(ValueLayout.JAVA_BYTE, offset, (byte) value);
        }
    }

    /** {@return a byte, read through an alias mapping that lasts no longer than the call} */
    default int get(long offset) {
        try (AliasMapping alias = mapAlias()) {
            return Byte.toUnsignedInt(alias.segment().get(ValueLayout.JAVA_BYTE, offset));
        }
    }
}
