package dev.faultline.benchmarks.remote;

import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.program.Child;
import dev.faultline.benchmarks.program.Route;
import java.io.IOException;
import java.util.Arrays;

/** Two touchers: one has pages, and the other one touches them, of which it has none. */
final class FetchLab implements AutoCloseable {
    private static final long GAP_NANOS = 1_000_000L;
    /** A page that is mapped takes less. */
    private static final long LEAST_NANOS = 5_000;
    /** A hundredth of what a link of 1 Gbit/s carries. */
    private static final String TRICKLE_BYTES_PER_SECOND = Integer.toString(1 << 20);

    private final CPrograms programs;
    private final Route route;
    private final String length;
    private final boolean pushes;
    private final String sourceSocket;
    private final String destinationSocket;
    private final Child source;
    private final Child destination;

    FetchLab(CPrograms programs, Route route, long lengthBytes, boolean pushes) throws IOException {
        this.programs = programs;
        this.route = route;
        this.pushes = pushes;
        length = Long.toString(lengthBytes);
        String name = Long.toString(System.nanoTime());
        sourceSocket = programs.scratch("source-" + name).toString();
        destinationSocket = programs.scratch("destination-" + name).toString();
        source = programs.start(route.source(), "toucher", sourceSocket, length, "4096", "track");
        destination = programs.start(route.destination(), "toucher", destinationSocket, length, "4096", "minor");
        source.answer();
        destination.answer();
        source.ask("fill 1");
    }

    /** {@return what touches took while a program in C fetched pages, in nanoseconds, rising} */
    long[] byC(int millis, long seed) throws IOException {
        String address = route.sourceAddress();
        try (Child from = programs.start(route.source(), "fetcher", "source", sourceSocket, length, address);
                Child to = programs.start(
                        route.destination(),
                        "fetcher",
                        "destination",
                        destinationSocket,
                        length,
                        address,
                        from.answer(),
                        pushes ? "push" : "idle")) {
            to.answer();
            long[] nanos = probe(millis, seed);
            return longest(nanos, Long.parseLong(to.ask("asked")));
        }
    }

    /** {@return what touches took while engines fetched pages, in nanoseconds, rising} */
    long[] byEngines(int millis, long seed) throws IOException {
        try (Child to = Child.java(
                        route.destination(),
                        EngineMain.class,
                        "destination",
                        destinationSocket,
                        length,
                        route.address());
                Child _ = Child.java(
                        route.source(),
                        EngineMain.class,
                        "source",
                        sourceSocket,
                        length,
                        route.address(),
                        to.answer(),
                        pushes ? "0" : TRICKLE_BYTES_PER_SECOND)) {
            to.answer();
            long[] nanos = probe(millis, seed);
            return longest(nanos, pushes ? Long.parseLong(to.answer()) : Long.MAX_VALUE);
        }
    }

    private long[] probe(int millis, long seed) throws IOException {
        return Child.numbers(destination.ask("probe " + millis + " " + GAP_NANOS + " " + seed));
    }

    /** As many as pages were fetched: one that had been pushed may take a moment too. */
    private static long[] longest(long[] nanos, long fetched) {
        long[] sorted = Arrays.stream(nanos)
                .filter(each -> each >= LEAST_NANOS)
                .sorted()
                .toArray();
        return Arrays.copyOfRange(sorted, (int) Math.max(0, sorted.length - fetched), sorted.length);
    }

    @Override
    public void close() {
        source.close();
        destination.close();
    }
}
