package dev.faultline.model;

import dev.faultline.model.schedule.FreeTurns;

/** The machine decides: threads are real, and wait for each other at one lock. */
public final class FreeScheduler implements Scheduler {
    private final FreeTurns turns = new FreeTurns();

    /** Makes a scheduler for one kernel. */
    public FreeScheduler() {}

    FreeTurns turns() {
        return turns;
    }
}
