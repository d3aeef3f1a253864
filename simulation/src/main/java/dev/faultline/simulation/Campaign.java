package dev.faultline.simulation;

import dev.faultline.simulation.planted.Plant;
import dev.faultline.simulation.scenario.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Many simulated migrations, of as many seeds in a row, several at a time. */
@SuppressWarnings("exports") // to the command line
public final class Campaign {
    private final long firstSeed;
    private final long migrations;
    private final Plant plant;
    private final int mostFound;

    /**
     * Plans a campaign.
     *
     * @param firstSeed the first seed
     * @param migrations how many at most
     * @param plant how the engines are broken
     * @param mostFound after how many migrations in which something was seen that must not be to end
     */
    public Campaign(long firstSeed, long migrations, Plant plant, int mostFound) {
        this.firstSeed = firstSeed;
        this.migrations = migrations;
        this.plant = plant;
        this.mostFound = mostFound;
    }

    /**
     * Runs it.
     *
     * @param jobs how many at a time
     * @param progress told after each migration, by any thread
     * @return the counts
     * @throws InterruptedException if the thread is interrupted
     */
    public Tally run(int jobs, Consumer<Tally> progress) throws InterruptedException {
        Tally tally = new Tally();
        AtomicLong next = new AtomicLong(firstSeed);
        try (ExecutorService threads = Executors.newFixedThreadPool(jobs)) {
            List<Future<Void>> workers = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                Callable<Void> worker = () -> {
                    work(next, tally, progress);
                    return null;
                };
                workers.add(threads.submit(worker));
            }
            for (Future<Void> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a simulation could not be run", e.getCause());
        }
        return tally;
    }

    private void work(AtomicLong next, Tally tally, Consumer<Tally> progress) throws IOException {
        try (Simulation simulation = new Simulation()) {
            long seed = next.getAndIncrement();
            while (seed < firstSeed + migrations && tally.found().size() < mostFound) {
                Outcome outcome = simulation.run(seed, plant, false);
                tally.add(seed, outcome);
                progress.accept(tally);
                seed = next.getAndIncrement();
            }
        }
    }
}
