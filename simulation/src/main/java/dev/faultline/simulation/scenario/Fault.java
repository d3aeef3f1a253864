package dev.faultline.simulation.scenario;

import dev.faultline.simulation.world.Moment;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One fault that is planned.
 *
 * @param kind what goes wrong
 * @param moment when: at one of these; null for a time
 * @param number which of these moments, from 1; or the time in nanoseconds
 * @param durationNanos for how long, of those that last
 */
record Fault(FaultKind kind, @Nullable Moment moment, long number, long durationNanos) {
    private static final List<FaultKind> KINDS = List.of(FaultKind.values());
    private static final List<Moment> MOMENTS = List.of(Moment.values());
    private static final double LEAST_NANOS = 100_000;
    private static final double MOST_NANOS = 60e9;
    private static final long SHORTEST_NANOS = 1_000_000;
    private static final double LONGEST_FACTOR = 40_000;
    private static final int TIMED = 4;
    private static final int MACHINE_FAULTS = 2;
    /** Machines are killed rarely: not much can be said of a guest that is gone. */
    private static final int MACHINE_FAULT_EVERY = 6;

    static Fault draw(SplittableRandom random) {
        int kinds = random.nextInt(MACHINE_FAULT_EVERY) == 0 ? KINDS.size() : KINDS.size() - MACHINE_FAULTS;
        FaultKind kind = KINDS.get(random.nextInt(kinds));
        long duration = (long) (SHORTEST_NANOS * Math.pow(LONGEST_FACTOR, random.nextDouble()));
        if (random.nextInt(TIMED) == 0) {
            double nanos = LEAST_NANOS * Math.pow(MOST_NANOS / LEAST_NANOS, random.nextDouble());
            return new Fault(kind, null, (long) nanos, duration);
        }
        Moment moment = MOMENTS.get(random.nextInt(MOMENTS.size()));
        return new Fault(kind, moment, (long) Math.pow(usual(moment), random.nextDouble()), duration);
    }

    /** How many there are in a migration, about. */
    private static int usual(Moment moment) {
        return switch (moment) {
            case CONTROL_FRAME -> 20;
            case DATA_FRAME -> 150;
            case COMMAND, ANSWER -> 8;
            case READ -> 300;
        };
    }

    @Override
    public String toString() {
        String when = moment == null ? "after " + number / 1e6 + " ms" : "at " + moment + " " + number;
        return kind.text() + " " + when + " (" + durationNanos / 1e6 + " ms)";
    }
}
