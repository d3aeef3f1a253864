package dev.faultline.simulation.scenario;

import dev.faultline.migration.host.Link;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.network.Endpoint;
import dev.faultline.simulation.network.SimNetwork;
import dev.faultline.simulation.vm.SimVm;
import dev.faultline.simulation.world.Moment;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Has things go wrong as planned. */
final class Injector {
    private static final int NONSENSE_BYTES = 64;
    /** Engines notice a silent peer after so long; they are not as they should be until then. */
    private static final long AFTERMATH_NANOS = 20_000_000_000L;

    private final World world;
    private final Scenario scenario;
    private final SimNetwork network;
    private final Operator source;
    private final Operator destination;
    private final VirtualTime.Group tasks;
    private final Map<FaultKind, Integer> injected = new EnumMap<>(FaultKind.class);
    private final List<Fault> waiting = new ArrayList<>();

    Injector(World world, Scenario scenario, SimNetwork network, Operator source, Operator destination) {
        this.world = world;
        this.scenario = scenario;
        this.network = network;
        this.source = source;
        this.destination = destination;
        tasks = world.time().newGroup();
    }

    void start() {
        for (Fault fault : scenario.faults()) {
            if (fault.moment() == null) {
                world.time().start(tasks, "fault", () -> {
                    world.time().pass(fault.number());
                    inject(fault);
                });
            } else {
                waiting.add(fault);
            }
        }
        world.onMoment(this::onMoment);
    }

    private void onMoment(Moment moment, long number) {
        for (int i = 0; i < waiting.size(); i++) {
            Fault fault = waiting.get(i);
            if (fault.moment() == moment && fault.number() == number) {
                waiting.remove(i);
                inject(fault);
                return;
            }
        }
    }

    /** Nothing goes wrong any more. */
    void end() {
        world.time().kill(tasks);
        waiting.clear();
    }

    private void inject(Fault fault) {
        injected.merge(fault.kind(), 1, Integer::sum);
        world.log("FAULT: " + fault);
        world.disturbed();
        long nanos = fault.durationNanos();
        switch (fault.kind()) {
            case KILL_SOURCE_ENGINE -> source.killEngine();
            case KILL_DESTINATION_ENGINE -> destination.killEngine();
            case KILL_BOTH_ENGINES -> {
                source.killEngine();
                destination.killEngine();
            }
            case CUT_ALL -> network.cutAll();
            case CUT_ONE -> network.cutOne();
            case PARTITION -> {
                network.partition(nanos, true);
                lasts(nanos);
            }
            case HALF_PARTITION -> {
                network.partition(nanos, false);
                lasts(nanos);
            }
            case STALL_ONE -> {
                network.stallOne(nanos);
                lasts(nanos);
            }
            case SLOW -> {
                network.slowDown(nanos);
                lasts(nanos);
            }
            case REFUSE -> {
                network.refuse(nanos);
                network.cutAll();
                lasts(nanos);
            }
            case FULL_DISK_AT_SOURCE -> fillDisk(source, nanos);
            case FULL_DISK_AT_DESTINATION -> fillDisk(destination, nanos);
            case COMMAND_REFUSED -> anyMachine().troubles().refuseNext();
            case COMMAND_LATE -> {
                anyMachine().troubles().delayNext(nanos);
                lasts(nanos);
            }
            case ANSWER_LATE -> {
                anyMachine().troubles().delayAnswer(nanos);
                lasts(nanos);
            }
            case STRANGE_FRAME -> network.falsifyNext();
            case STRANGER -> beside("stranger", this::connectAsStranger);
            case SECOND_ENGINE -> beside("second engine", this::startSecondEngine);
            case KILL_SOURCE_MACHINE -> beside("kill", source.site().vm()::kill);
            case KILL_DESTINATION_MACHINE -> beside("kill", destination.site().vm()::kill);
        }
    }

    private void lasts(long nanos) {
        world.disturbedUntil(world.nanoTime() + nanos + AFTERMATH_NANOS);
    }

    private void beside(String name, Runnable body) {
        world.time().start(tasks, name, body);
    }

    private void fillDisk(Operator at, long nanos) {
        lasts(nanos);
        FullDisk disk = new FullDisk(at.site().journals());
        beside("disk", () -> {
            world.time().pass(nanos);
            disk.free();
        });
    }

    private SimVm anyMachine() {
        return (world.random().nextBoolean() ? source : destination).site().vm();
    }

    /** Says nothing, or nonsense, to whoever listens at the destination. */
    private void connectAsStranger() {
        Endpoint endpoint = network.newEndpoint("stranger", Side.SOURCE);
        try {
            Link link = endpoint.connect(destination.site().address());
            if (world.random().nextBoolean()) {
                byte[] nonsense = new byte[NONSENSE_BYTES];
                for (int i = 0; i < nonsense.length; i++) {
                    nonsense[i] = (byte) world.random().nextInt();
                }
                link.write(ByteBuffer.wrap(nonsense));
            }
        } catch (IOException e) {
            world.log("the stranger was told: " + e.getMessage());
        }
    }

    /** An engine that finds the guest taken, or one that an operator starts too early. */
    private void startSecondEngine() {
        Operator at = world.random().nextBoolean() ? source : destination;
        if (at.hasEngine()) {
            at.site().resume(false);
        }
    }

    Map<FaultKind, Integer> injected() {
        return injected;
    }
}
