package dev.faultline.benchmarks.collection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM has logged of the times when it stopped its threads.
 *
 * @param pauses in their order
 */
public record PauseLog(List<Pause> pauses) {
    private static final Pattern SAFEPOINT =
            Pattern.compile("\\[(\\d+)ns\\] Safepoint \"(\\w+)\".* Total: +(\\d+) ns.*");

    /**
     * One of them.
     *
     * @param endNanos when it was over, by {@link System#nanoTime}, which is one clock for all processes here
     * @param lengthNanos how long, from the order to stop to the last thread going on
     * @param operation the JVM's word for why
     */
    public record Pause(long endNanos, long lengthNanos, String operation) {
        /** {@return whether the heap was collected} */
        public boolean isCollection() {
            return operation.contains("Collect") || operation.contains("GC");
        }

        /** {@return whether the program itself wanted that, by System.gc()} */
        public boolean isAskedFor() {
            return operation.equals("SerialGCCollect");
        }
    }

    /** Keeps its own list. */
    public PauseLog {
        pauses = List.copyOf(pauses);
    }

    /**
     * {@return the JVM's option that writes such a log}
     *
     * @param file where to
     */
    public static String option(Path file) {
        return "-Xlog:safepoint:file=" + file + ":timenanos:filecount=0";
    }

    /**
     * Reads one.
     *
     * @param file which may be written to still
     * @return what it says
     * @throws IOException if it cannot be read
     */
    public static PauseLog read(Path file) throws IOException {
        return of(Files.readAllLines(file));
    }

    static PauseLog of(List<String> lines) {
        List<Pause> pauses = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = SAFEPOINT.matcher(line);
            if (matcher.matches()) {
                pauses.add(new Pause(
                        Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(3)), matcher.group(2)));
            }
        }
        return new PauseLog(pauses);
    }

    /**
     * {@return the collections that ended in a span of time}
     *
     * @param fromNanos its begin, by {@link System#nanoTime}
     * @param toNanos its end
     */
    public List<Pause> collections(long fromNanos, long toNanos) {
        return pauses.stream()
                .filter(pause ->
                        pause.isCollection() && pause.endNanos - fromNanos >= 0 && pause.endNanos - toNanos <= 0)
                .toList();
    }

    /**
     * {@return how long the longest was, in nanoseconds; 0 if there is none}
     *
     * @param of some pauses
     */
    public static long longestNanos(List<Pause> of) {
        return of.stream().mapToLong(Pause::lengthNanos).max().orElse(0);
    }
}
