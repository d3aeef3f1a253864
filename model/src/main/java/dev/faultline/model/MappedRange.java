package dev.faultline.model;

import dev.faultline.uffd.RegisterMode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A mapping, as /proc/PID/maps and /proc/PID/smaps tell of it.
 *
 * @param start its first byte
 * @param end behind its last byte
 * @param protection {@link MapRequest#READ}, {@link MapRequest#WRITE}, {@link MapRequest#EXECUTE}
 * @param shared whether it is shared
 * @param file the file's name, or null
 * @param offset where in the file it begins, 0 without a file
 * @param modes what is registered
 */
public record MappedRange(
        long start,
        long end,
        int protection,
        boolean shared,
        @Nullable String file,
        long offset,
        Set<RegisterMode> modes) {}
