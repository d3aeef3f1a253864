package dev.faultline.simulation;

import dev.faultline.simulation.scenario.Ending;
import dev.faultline.simulation.scenario.FaultKind;
import dev.faultline.simulation.scenario.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts over many simulated migrations. */
@SuppressWarnings("exports") // to the command line
public final class Tally {
    /**
     * A migration in which something was seen that must not be.
     *
     * @param seed of it
     * @param outcome what became of it
     */
    public record Found(long seed, Outcome outcome) {}

    private static final int MOST_RESUMES = 4;

    private final Map<Ending, Long> endings = new EnumMap<>(Ending.class);
    private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
    private final Map<Integer, Long> resumes = new TreeMap<>();
    private final List<Found> found = new ArrayList<>();
    private long migrations;
    private long checks;
    private long simulatedNanos;

    Tally() {}

    synchronized void add(long seed, Outcome outcome) {
        migrations++;
        checks += outcome.steps();
        simulatedNanos += outcome.nanos();
        endings.merge(outcome.ending(), 1L, Long::sum);
        resumes.merge(Math.min(outcome.resumes(), MOST_RESUMES), 1L, Long::sum);
        outcome.injected().forEach((kind, count) -> faults.merge(kind, (long) count, Long::sum));
        if (!outcome.violations().isEmpty()) {
            found.add(new Found(seed, outcome));
        }
    }

    /** {@return how many migrations} */
    public synchronized long migrations() {
        return migrations;
    }

    /** {@return how many blocks of memory vCPUs have checked} */
    public synchronized long checks() {
        return checks;
    }

    /** {@return the simulated time of all} */
    public synchronized long simulatedNanos() {
        return simulatedNanos;
    }

    /** {@return how many ended how} */
    public synchronized Map<Ending, Long> endings() {
        return new EnumMap<>(endings);
    }

    /** {@return how many faults of each kind came to pass} */
    public synchronized Map<FaultKind, Long> faults() {
        return new EnumMap<>(faults);
    }

    /** {@return in how many migrations engines were started again, by how often; the last stands for more, too} */
    public synchronized Map<Integer, Long> resumes() {
        return new TreeMap<>(resumes);
    }

    /** {@return those in which something was seen that must not be} */
    public synchronized List<Found> found() {
        return List.copyOf(found);
    }
}
