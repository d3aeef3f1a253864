package dev.faultline.migration.destination;

import java.util.concurrent.atomic.AtomicBoolean;

/** What all threads of the destination need to know of the hand-over: that it has begun, and that every page is here. */
final class HandOver {
    private final DestinationMemory memory;
    private final Runnable onAllCurrent;
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile boolean begun;

    /** Makes it. The event is told once, on the thread that made the last page current. */
    HandOver(DestinationMemory memory, Runnable onAllCurrent) {
        this.memory = memory;
        this.onAllCurrent = onAllCurrent;
    }

    /** The source's guest is paused: pre-copy frames that are still on their way come too late. */
    void begin() {
        begun = true;
    }

    boolean hasBegun() {
        return begun;
    }

    /** Tells once more, for a session that began after the last page had become current. */
    void tellAgain() {
        told.set(false);
        pagesBecameCurrent();
    }

    void pagesBecameCurrent() {
        if (memory.notCurrent() == 0 && told.compareAndSet(false, true)) {
            onAllCurrent.run();
        }
    }
}
