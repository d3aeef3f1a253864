package dev.faultline.uffd.paged;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What is done with a range of a region.
 *
 * @param <T> what comes of it
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface RangeAccess<T extends @Nullable Object, X extends Exception> {
    /**
     * Uses the range.
     *
     * @param range all of it and no more, to be used during the call, by the calling thread: later it throws
     * @return what comes of it
     * @throws X as it likes
     */
    T access(MemorySegment range) throws X;
}
