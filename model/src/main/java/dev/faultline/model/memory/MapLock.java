package dev.faultline.model.memory;

import dev.faultline.model.schedule.Sleeper;
import dev.faultline.model.schedule.Turns;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the mappings of an address space as they are while fills go on: the kernel's mmap_lock, per-VMA locks and
 * map_changing_lock in one. Fills read; what changes mappings, or announces that it will, waits until they have ended.
 */
public final class MapLock {
    private final List<Sleeper> waiting = new ArrayList<>();
    private int readers;

    public void beginReading() {
        readers++;
    }

    public void endReading(Turns turns) {
        readers--;
        if (readers == 0) {
            waiting.forEach(turns::wake);
            waiting.clear();
        }
    }

    /** Waits until nobody reads. Whoever then does not sleep has the mappings for itself. */
    public void awaitReaders(Turns turns) {
        while (readers > 0) {
            Sleeper sleeper = new Sleeper(Sleeper.Reason.LOCK);
            waiting.add(sleeper);
            turns.sleep(sleeper);
        }
    }
}
