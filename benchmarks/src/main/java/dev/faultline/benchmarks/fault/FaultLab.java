package dev.faultline.benchmarks.fault;

import dev.faultline.benchmarks.program.CPrograms;
import dev.faultline.benchmarks.program.Child;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A process whose threads touch pages that are there and not mapped, and two that may serve its faults: in C, and the engine. */
final class FaultLab implements AutoCloseable {
    /** Where the threads run: left to itself, the kernel moves them now and then, and another figure comes of it. */
    enum Placement {
        /** Who touches and who serves take turns on one processor. */
        ONE_PROCESSOR("0"),
        /** Each has its own. */
        TWO_PROCESSORS("1");

        private final String handlers;

        Placement(String handlers) {
            this.handlers = handlers;
        }

        private List<String> ofToucher() {
            return List.of("taskset", "-c", "0");
        }

        private List<String> ofHandlers() {
            return List.of("taskset", "-c", handlers);
        }
    }

    /** Who serves faults. */
    enum Handler {
        C,
        ENGINE
    }

    private final Child toucher;
    private final Map<Handler, Child> handlers = new EnumMap<>(Handler.class);

    /** Its pages, of which every so many is there. */
    FaultLab(CPrograms programs, Placement placement, int pages, PageSize pageSize, int every) throws IOException {
        String socket = programs.scratch("toucher-" + pageSize + "-" + System.nanoTime())
                .toString();
        String length = Long.toString(pages * pageSize.bytes());
        String pageBytes = Long.toString(pageSize.bytes());
        toucher = programs.start(placement.ofToucher(), "toucher", socket, length, pageBytes, "minor");
        try {
            toucher.answer();
            handlers.put(Handler.C, programs.start(placement.ofHandlers(), "handler", socket, pageBytes));
            String everyText = Integer.toString(every);
            handlers.put(
                    Handler.ENGINE,
                    Child.java(placement.ofHandlers(), HandlerMain.class, socket, length, pageBytes, everyText));
            for (Child handler : handlers.values()) {
                handler.answer();
            }
            toucher.ask("fill " + every);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Touches pages of which none is mapped, so many times, while one of the two serves faults. */
    Run run(Handler by, String mode, Touching touching, int passes, long seed) throws IOException {
        Child handler = java.util.Objects.requireNonNull(handlers.get(by));
        long nanos = 0;
        long faults = 0;
        long allocatedBytes = 0;
        Latencies latencies = new Latencies();
        for (int pass = 0; pass < passes; pass++) {
            toucher.ask("zap");
            handler.ask(mode);
            long[] touched = Child.numbers(toucher.ask(touching.command(seed + pass)));
            long[] served = Child.numbers(handler.ask("end"));
            nanos += touched[0];
            latencies.add(Arrays.copyOfRange(touched, 1, touched.length));
            faults += served[0];
            allocatedBytes += served[1];
        }
        return new Run(nanos, (long) passes * touching.count(), faults, allocatedBytes, latencies);
    }

    @Override
    public void close() {
        handlers.values().forEach(Child::close);
        toucher.close();
    }
}
