package dev.faultline.qemu.lab.serial;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Whether one guest ran on a chain of machines without a break: its heartbeats are numbered without a gap and, since a
 * number that comes twice means two owners, without a repeat; no page was corrupt; and no counter went back.
 */
public final class Continuity {
    private static final int MAX_PROBLEMS = 40;

    private final List<Heartbeat> heartbeats = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<Integer> handOvers = new ArrayList<>();
    private boolean ready;

    private Continuity() {}

    /**
     * Looks at a guest's way.
     *
     * @param machines what it printed on each machine, in the order in which it was there
     * @return the findings
     */
    public static Continuity of(List<SerialLog> machines) {
        Continuity continuity = new Continuity();
        String begun = "";
        for (SerialLog machine : machines) {
            begun = continuity.add(machine, begun);
        }
        return continuity;
    }

    /**
     * Looks at a guest's way.
     *
     * @param machines what it printed on each machine, in the order in which it was there
     * @return the findings
     */
    public static Continuity of(SerialLog... machines) {
        return of(List.of(machines));
    }

    /** {@return what is wrong; empty if nothing is} */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** {@return all heartbeats} */
    public List<Heartbeat> heartbeats() {
        return List.copyOf(heartbeats);
    }

    /** {@return the longest time between two heartbeats by the guest's clock, in milliseconds} */
    public long longestGuestGapMillis() {
        long longest = 0;
        for (int i = 1; i < heartbeats.size(); i++) {
            longest = Math.max(
                    longest,
                    heartbeats.get(i).guestMillis() - heartbeats.get(i - 1).guestMillis());
        }
        return longest;
    }

    /** {@return the longest time between the arrivals of two heartbeats, in milliseconds, if they were seen} */
    public OptionalLong longestArrivalGapMillis() {
        OptionalLong longest = OptionalLong.empty();
        for (int i = 1; i < heartbeats.size(); i++) {
            OptionalLong gap = arrivalGapMillis(i);
            if (gap.isPresent() && gap.getAsLong() > longest.orElse(-1)) {
                longest = gap;
            }
        }
        return longest;
    }

    /** {@return for each hand-over whose heartbeats were seen, the silence around it, in milliseconds} */
    public List<Long> handOverGapsMillis() {
        return handOvers.stream()
                .map(this::arrivalGapMillis)
                .flatMapToLong(OptionalLong::stream)
                .boxed()
                .toList();
    }

    /**
     * Fails if anything is wrong.
     *
     * @throws AssertionError with all that is
     */
    public void assertUnbroken() {
        if (!problems.isEmpty()) {
            throw new AssertionError("the guest did not run on without a break:\n" + String.join("\n", problems));
        }
    }

    private OptionalLong arrivalGapMillis(int index) {
        long before = heartbeats.get(index - 1).arrivalNanos();
        long after = heartbeats.get(index).arrivalNanos();
        return before == SerialLine.UNKNOWN || after == SerialLine.UNKNOWN
                ? OptionalLong.empty()
                : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(after - before));
    }

    /** Adds what was printed on one machine, and returns the line that it had begun when it moved on. */
    private String add(SerialLog machine, String begun) {
        int before = heartbeats.size();
        String prefix = begun;
        for (SerialLine line : machine.lines()) {
            take(machine.machine(), new SerialLine(SerialLog.withoutReturn(prefix + line.text()), line.arrivalNanos()));
            prefix = "";
        }
        if (heartbeats.size() == before) {
            problem(machine.machine(), "no heartbeat on this machine");
        } else if (before > 0) {
            handOvers.add(before);
        }
        return prefix + machine.unfinished();
    }

    private void take(String machine, SerialLine line) {
        var heartbeat = Heartbeat.of(line);
        if (heartbeat.isPresent()) {
            compare(machine, heartbeat.get());
            heartbeats.add(heartbeat.get());
        } else if (line.text().equals(SerialLog.READY) && !ready) {
            ready = true;
        } else if (ready) {
            // After this line it prints nothing but heartbeats: else it is a corrupt page, a torn line, a crash.
            problem(machine, line.text());
        }
    }

    private void compare(String machine, Heartbeat now) {
        if (!ready) {
            problem(machine, "a heartbeat before " + SerialLog.READY + ": " + now);
        }
        Heartbeat before = heartbeats.isEmpty() ? new Heartbeat(0, 0, 0, 0, 0, 0, 0, 0) : heartbeats.getLast();
        if (now.number() <= before.number()) {
            problem(machine, "heartbeat " + now.number() + " after " + before.number() + ": it ran twice");
        } else if (now.number() != before.number() + 1) {
            problem(machine, "heartbeat " + now.number() + " after " + before.number() + ": some are missing");
        }
        if (now.corruptions() > before.corruptions()) {
            problem(machine, now.corruptions() + " corrupt pages at heartbeat " + now.number());
        }
        if (wentBack(before, now)) {
            problem(machine, "a counter went back from " + before + " to " + now);
        }
    }

    private static boolean wentBack(Heartbeat before, Heartbeat now) {
        return now.guestMillis() < before.guestMillis()
                || now.passes() < before.passes()
                || now.pagesWritten() < before.pagesWritten()
                || now.pagesVerified() < before.pagesVerified()
                || now.corruptions() < before.corruptions()
                || now.diskOperations() < before.diskOperations();
    }

    private void problem(String machine, String what) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(machine + ": " + what);
        }
    }
}
