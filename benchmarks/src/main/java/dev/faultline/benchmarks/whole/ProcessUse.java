package dev.faultline.benchmarks.whole;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What /proc says of a process. */
final class ProcessUse {
    /** The kernel's unit in /proc, on every machine that this runs on. */
    private static final long NANOS_PER_TICK = 10_000_000;

    /** After the command's name, which may hold anything but ends with the last parenthesis. */
    private static final int USER_TICKS = 11;

    private ProcessUse() {}

    /** {@return the processor time of a process, with its threads that have ended; nothing if it has ended itself} */
    static OptionalLong cpuNanos(long processId) {
        return cpuNanos(Path.of("/proc/" + processId + "/stat"));
    }

    /** {@return the processor time of one thread} */
    static OptionalLong cpuNanos(long processId, long threadId) {
        return cpuNanos(Path.of("/proc/" + processId + "/task/" + threadId + "/stat"));
    }

    private static OptionalLong cpuNanos(Path stat) {
        try {
            String text = Files.readString(stat);
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
            return OptionalLong.of(
                    (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[USER_TICKS + 1])) * NANOS_PER_TICK);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** {@return the sum of some of the sizes in /proc/PID/status; 0 if the process has ended} */
    static long statusBytes(long processId, String... names) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + processId + "/status"))) {
            return lines.filter(line -> Stream.of(names).anyMatch(name -> line.startsWith(name + ":")))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
