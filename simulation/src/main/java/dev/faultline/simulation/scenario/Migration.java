package dev.faultline.simulation.scenario;

import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.network.SimNetwork;
import dev.faultline.simulation.planted.Plant;
import dev.faultline.simulation.vm.Owner;
import dev.faultline.simulation.vm.SimVm;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** One simulated migration, from its seed. */
public final class Migration {
    private static final long LIMIT_NANOS = 3_000_000_000_000L;
    private static final long MAX_STEPS = 5_000_000;
    private static final long MAX_WARM_UP_NANOS = 5_000_000;

    private final World world;
    private final Scenario scenario;
    private final VirtualTime.Group tasks;
    private final Map<Side, SimVm> machines = new EnumMap<>(Side.class);
    private final Operator source;
    private final Operator destination;
    private final Injector injector;
    private final Judge judge;

    /**
     * Makes a migration.
     *
     * @param seed decides everything
     * @param plant how the engines are broken
     * @param journals a directory with one for each side
     * @param verbose whether all events are kept
     */
    public Migration(long seed, Plant plant, Path journals, boolean verbose) {
        world = new World(seed, verbose);
        scenario = Scenario.draw(world.random());
        tasks = world.time().newGroup();
        Owner owner = new Owner(world);
        SimNetwork network = new SimNetwork(world, scenario.network());
        VirtualCondition settled = world.time().newCondition();
        for (Side side : Side.values()) {
            machines.put(side, new SimVm(world, side, owner, scenario.vm()));
        }
        source = operator(Side.SOURCE, network, journals, plant, settled);
        destination = operator(Side.DESTINATION, network, journals, plant, settled);
        source.meet(destination);
        destination.meet(source);
        injector = new Injector(world, scenario, network, source, destination);
        judge = new Judge(world, source, destination);
        world.wholeWhen(() -> source.hasEngine() && destination.hasEngine());
        world.time().start(tasks, "judge", () -> {
            settled.await(() -> source.isDone() && destination.isDone(), VirtualTime.FOREVER);
            injector.end();
            judge.judge();
        });
    }

    private Operator operator(Side side, SimNetwork network, Path journals, Plant plant, VirtualCondition settled) {
        SimVm vm = java.util.Objects.requireNonNull(machines.get(side));
        Path directory = journals.resolve(side == Side.SOURCE ? "source" : "destination");
        return new Operator(world, side, new Site(world, side, scenario, network, vm, directory, plant), settled);
    }

    /** Runs it. {@return what became of it} */
    public Outcome run() {
        world.log("scenario: " + scenario);
        machines.values().forEach(SimVm::start);
        injector.start();
        world.time().start(tasks, "watch", judge::watch);
        world.time().start(tasks, "operator at the destination", () -> work(destination));
        world.time().start(tasks, "operator at the source", () -> {
            world.time().pass(1_000_000 + world.random().nextLong(MAX_WARM_UP_NANOS));
            work(source);
        });
        VirtualTime.End end = world.time().simulate(LIMIT_NANOS, MAX_STEPS);
        if (end != VirtualTime.End.STOPPED) {
            world.violation("it did not come to its end: " + end + ", the source is " + source.describe()
                    + ", the destination is " + destination.describe());
        }
        world.end();
        source.killEngine();
        destination.killEngine();
        int resumes = source.resumes() + destination.resumes();
        long steps = machines.values().stream().mapToLong(SimVm::steps).sum();
        return new Outcome(
                judge.ending(),
                world.violations(),
                injector.injected(),
                resumes,
                world.nanoTime(),
                steps,
                world.hash(),
                world.events());
    }

    private void work(Operator operator) {
        operator.work();
        if (operator == source && source.hasSucceeded() && !scenario.keepSource()) {
            source.site().vm().end();
        }
    }

    /** {@return the last turns that were taken, for a replay} */
    public java.util.List<String> trace() {
        return world.time().trace();
    }
}
