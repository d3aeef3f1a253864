package dev.faultline.model;

import dev.faultline.model.schedule.SeededTurns;
import java.util.List;

/**
 * A seed decides: one task runs at a time, and at each point at which a kernel could go on with another one, the seed says
 * which. Such points are before each access and each call, between the pages of a fill, between an event and what it
 * announced, and after a wake. The same program with the same seed goes the same way.
 *
 * <p>The thread that drives the model is no task. Its calls are whole: tasks go on when it calls {@link
 * ModelKernel#settle}, or when a call of its own has to wait, which fails if nothing is left that could end the wait. One
 * thread at a time may drive. Time limits of waits pass when nothing else can go on.
 */
public final class SeededScheduler implements Scheduler {
    private final SeededTurns turns;

    /**
     * Makes a scheduler for one kernel.
     *
     * @param seed decides each interleaving
     */
    public SeededScheduler(long seed) {
        this(new SeededTurns(seed, Integer.MAX_VALUE));
    }

    SeededScheduler(SeededTurns turns) {
        this.turns = turns;
    }

    /** {@return who went on at each point, and with what, from the beginning} */
    public List<String> trace() {
        return turns.trace();
    }

    /** {@return whether there was a choice by now: if there was none, every seed leads the same way} */
    public boolean hasChosen() {
        return turns.hasChosen();
    }

    SeededTurns turns() {
        return turns;
    }
}
