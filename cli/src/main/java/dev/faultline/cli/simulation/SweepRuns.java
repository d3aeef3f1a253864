package dev.faultline.cli.simulation;

import dev.faultline.simulation.Simulation;
import dev.faultline.simulation.sweep.SweepPoint;
import dev.faultline.simulation.sweep.SweepResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The migrations of a sweep, each run once. */
final class SweepRuns {
    private final Map<SweepPoint, SweepResult> results = new ConcurrentHashMap<>();

    /** Runs those that have not run yet, several at a time. */
    void run(List<SweepPoint> points, int jobs) throws InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(jobs)) {
            List<Future<Void>> runs = new ArrayList<>();
            for (SweepPoint point : points) {
                Callable<Void> run = () -> {
                    run(point);
                    return null;
                };
                runs.add(threads.submit(run));
            }
            for (Future<Void> run : runs) {
                run.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a migration of the sweep could not be run", e.getCause());
        }
    }

    private void run(SweepPoint point) throws IOException {
        try (Simulation simulation = new Simulation()) {
            results.put(point, simulation.sweep(point));
        }
    }

    SweepResult of(SweepPoint point) {
        SweepResult result = results.get(point);
        if (result == null) {
            throw new IllegalArgumentException("this was not run: " + point);
        }
        return result;
    }

    /** {@return what did not come to its end, and why} */
    List<String> failures() {
        return results.entrySet().stream()
                .filter(entry -> !entry.getValue().failure().isEmpty())
                .map(entry -> entry.getKey() + ": " + entry.getValue().failure())
                .sorted()
                .toList();
    }
}
