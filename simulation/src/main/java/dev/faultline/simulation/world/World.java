package dev.faultline.simulation.world;

import dev.faultline.model.VirtualTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.ObjLongConsumer;

/**
 * What all parts of one simulation share. Everything random is drawn from the seed, in the order in which tasks take their
 * turns, which the same seed decides: so the same seed goes the same way.
 */
public final class World {
    private static final int KEPT_EVENTS = 400;
    private static final int TRACED_STEPS = 400;
    private static final long HASH_FACTOR = 31;

    private final VirtualTime time;
    private final SplittableRandom random;
    private final boolean verbose;
    private final Deque<String> events = new ArrayDeque<>();
    private final List<String> violations = new ArrayList<>();
    private final Map<Moment, Long> moments = new EnumMap<>(Moment.class);
    private ObjLongConsumer<Moment> onMoment = (_, _) -> {};
    private long hash;
    private long activity;
    private long disturbedNanos;
    private boolean ended;
    private BooleanSupplier whole = () -> true;

    /**
     * Makes a world.
     *
     * @param verbose whether to keep all events, and not only the last ones
     */
    public World(long seed, boolean verbose) {
        this.verbose = verbose;
        SplittableRandom root = new SplittableRandom(seed);
        time = new VirtualTime(root.nextLong(), verbose ? TRACED_STEPS : 0);
        random = root.split();
        for (Moment moment : Moment.values()) {
            moments.put(moment, 0L);
        }
    }

    public VirtualTime time() {
        return time;
    }

    public long nanoTime() {
        return time.nanoTime();
    }

    public SplittableRandom random() {
        return random;
    }

    /** Writes an event down; all of them are part of the {@link #hash}. */
    public void log(String event) {
        hash = hash * HASH_FACTOR + event.hashCode() + nanoTime();
        keep(event);
    }

    /** Writes an event down that only a replay shows. */
    public void detail(String event) {
        if (verbose) {
            keep(event);
        }
    }

    public boolean isVerbose() {
        return verbose;
    }

    private void keep(String event) {
        if (!verbose && events.size() == KEPT_EVENTS) {
            events.removeFirst();
        }
        events.add(String.format("%14.6f ms  %s", nanoTime() / 1e6, event));
    }

    /** {@return the last events, or all} */
    public List<String> events() {
        return List.copyOf(events);
    }

    /** {@return a number that is the same for two runs only if they went the same way} */
    public long hash() {
        return hash ^ time.digest();
    }

    /** Says that something was seen that must not be, and ends the simulation. */
    public void violation(String what) {
        if (ended) {
            return; // of what is left lying about after the end
        }
        log("VIOLATION: " + what);
        violations.add(what);
        time.stop();
    }

    public List<String> violations() {
        return List.copyOf(violations);
    }

    /** Nothing that is seen from now on counts. */
    public void end() {
        ended = true;
    }

    /** Says that something happens for one more time. A fault may be planned for it. */
    public void moment(Moment moment) {
        activity++;
        long count = moments.merge(moment, 1L, Long::sum);
        onMoment.accept(moment, count);
    }

    /** Has somebody told of all moments, with their number. */
    public void onMoment(ObjLongConsumer<Moment> listener) {
        onMoment = listener;
    }

    /** {@return a number that grows while something moves: a guest that nobody moves needs no steps} */
    public long activity() {
        return activity;
    }

    /** Notes that something is not as it should be, or was set right just now, so that waits are longer. */
    public void disturbed() {
        disturbedNanos = Math.max(disturbedNanos, nanoTime());
    }

    /** As {@link #disturbed()}, until a later time. */
    public void disturbedUntil(long untilNanos) {
        disturbedNanos = Math.max(disturbedNanos, untilNanos);
    }

    /** Says how to see that everything is there that a migration needs. */
    public void wholeWhen(BooleanSupplier everythingIsThere) {
        whole = everythingIsThere;
    }

    /** {@return for how long everything has been as it should be; 0 or less if it is not} */
    public long calmNanos() {
        return whole.getAsBoolean() ? nanoTime() - disturbedNanos : 0;
    }
}
