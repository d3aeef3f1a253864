package dev.faultline.migration.source;

import java.util.concurrent.atomic.AtomicLong;

/** What the source's threads count. */
final class SourceCounters {
    final AtomicLong sentBytes = new AtomicLong();
    /** What page and fault connections carried, headers included. */
    final AtomicLong wireBytes = new AtomicLong();

    final AtomicLong compressedBytes = new AtomicLong();
    final AtomicLong deltaPages = new AtomicLong();
    /** Content that did not have to be sent again. */
    final AtomicLong deltaSavedBytes = new AtomicLong();

    final AtomicLong deltaHashBytes = new AtomicLong();
    final AtomicLong precopyPages = new AtomicLong();
    final AtomicLong pushedPages = new AtomicLong();
    final AtomicLong pushedZeroPages = new AtomicLong();
    final AtomicLong faultPages = new AtomicLong();
    final AtomicLong faultCurrent = new AtomicLong();
    final AtomicLong dirtyPages = new AtomicLong();
}
