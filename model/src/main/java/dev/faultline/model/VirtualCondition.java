package dev.faultline.model;

import dev.faultline.model.schedule.SeededTurns;
import dev.faultline.model.schedule.Sleeper;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What tasks of a simulation wait for until something is so; see {@link VirtualTime#newCondition}. */
public final class VirtualCondition {
    private final SeededTurns turns;
    private final List<Sleeper> waiting = new ArrayList<>();

    VirtualCondition(SeededTurns turns) {
        this.turns = turns;
    }

    /**
     * Waits.
     *
     * @param until what for; looked at now and after each {@link #wakeAll}
     * @param timeoutNanos how long at most, or {@link VirtualTime#FOREVER}
     * @return whether it is so
     */
    public boolean await(BooleanSupplier until, long timeoutNanos) {
        turns.point("waits, if it must");
        long beganNanos = turns.nanoTime();
        while (!until.getAsBoolean()) {
            long leftNanos = timeoutNanos == VirtualTime.FOREVER
                    ? Sleeper.FOREVER
                    : beganNanos + timeoutNanos - turns.nanoTime();
            if (leftNanos <= 0 && leftNanos != Sleeper.FOREVER) {
                return false;
            }
            Sleeper sleeper = new Sleeper(Sleeper.Reason.OTHER, leftNanos);
            waiting.add(sleeper);
            turns.sleep(sleeper);
            waiting.remove(sleeper);
        }
        return true;
    }

    /** Has all that wait look again. */
    public void wakeAll() {
        waiting.forEach(turns::wake);
    }
}
