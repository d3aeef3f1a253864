package dev.faultline.simulation.scenario;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.LastAnswer;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Entry;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.TakeBack;
import dev.faultline.simulation.host.SimHost;
import dev.faultline.simulation.network.SimNetwork;
import dev.faultline.simulation.planted.Plant;
import dev.faultline.simulation.vm.SimAttachment;
import dev.faultline.simulation.vm.SimVm;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One host: its machine, its journals, and the commands that an operator can give there. */
final class Site {
    private static final String GUEST = "guest";
    private static final byte[] DESTINATION_ADDRESS = {10, 0, 0, 2};
    private static final int PORT = 7070;

    private final World world;
    private final Side side;
    private final Scenario scenario;
    private final SimNetwork network;
    private final SimVm vm;
    private final Path journals;
    private final Plant plant;
    private final InetSocketAddress address;
    private int runs;
    private boolean cancelled;

    Site(World world, Side side, Scenario scenario, SimNetwork network, SimVm vm, Path journals, Plant plant) {
        this.world = world;
        this.side = side;
        this.scenario = scenario;
        this.network = network;
        this.vm = vm;
        this.journals = journals;
        this.plant = plant;
        address = destination();
    }

    private static InetSocketAddress destination() {
        try {
            return new InetSocketAddress(InetAddress.getByAddress("10.0.0.2", DESTINATION_ADDRESS), PORT);
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e);
        }
    }

    SimVm vm() {
        return vm;
    }

    Path journals() {
        return journals;
    }

    InetSocketAddress address() {
        return address;
    }

    /** {@return what is written down here of a move that has not come to its end} */
    Optional<Entry> left() {
        List<Entry> entries = Journal.list(journals);
        return entries.isEmpty() ? Optional.empty() : Optional.of(entries.getFirst());
    }

    private EngineRun newRun(String what) {
        String name = what + "-" + ++runs;
        return new EngineRun(world, network, new SimHost(world, name, network.newEndpoint(name, side)));
    }

    private Guest attach(EngineRun run) {
        return plant.guest(side, run.keep(new SimAttachment(vm)));
    }

    private Host host(EngineRun run) {
        return plant.host(side, run.host());
    }

    private Acceptor listen(EngineRun run) throws MigrationException {
        return Acceptor.listen(host(run), address);
    }

    EngineRun migrate() {
        return newRun("migrate").start(run -> {
            try (Guest guest = attach(run)) {
                Journal journal = run.keep(Journal.claim(journals, GUEST, guest));
                Host host = host(run);
                Orders orders = new Orders(world, scenario.orders(), host, () -> cancelled = true);
                check(SourceEngine.run(host, guest, sourceOptions(), journal, orders)
                        .audit());
                run.noteMoved();
            }
        });
    }

    /** {@return whether the engine has followed an operator's order to give the move up} */
    boolean wasCancelled() {
        return cancelled;
    }

    EngineRun receive() {
        return newRun("receive").start(run -> {
            try (Guest guest = attach(run);
                    Acceptor acceptor = listen(run)) {
                Journal journal = run.keep(Journal.claim(journals, GUEST, guest));
                check(DestinationEngine.run(host(run), guest, acceptor, destinationOptions(), journal, _ -> {})
                        .audit());
            }
        });
    }

    private SourceOptions sourceOptions() {
        return new SourceOptions(
                address,
                scenario.mode(),
                Limits.of(scenario.mode()),
                scenario.dataPath(),
                scenario.verify(),
                false,
                scenario.reconnectNanos(),
                scenario.holdMapNanos(),
                plant.testSwitch());
    }

    private DestinationOptions destinationOptions() {
        return new DestinationOptions(false, scenario.reconnectNanos(), plant.testSwitch());
    }

    /** As {@code faultline resume}: what it does depends on what is left. */
    EngineRun resume(boolean giveUp) {
        return newRun(side == Side.SOURCE ? "resume-source" : "resume-destination")
                .start(run -> {
                    Journal journal = run.keep(Journal.reopen(journals, GUEST));
                    if (journal.entry().isOver()) {
                        tell(run, journal);
                    } else if (!vm.isAlive()) {
                        resumeWithoutGuest(run, journal);
                    } else {
                        resume(run, journal, giveUp);
                    }
                });
    }

    private void resume(EngineRun run, Journal journal, boolean giveUp) throws MigrationException {
        try (Guest guest = attach(run)) {
            resume(run, guest, journal, giveUp);
        }
    }

    private void resume(EngineRun run, Guest guest, Journal journal, boolean giveUp) throws MigrationException {
        switch (journal.phase()) {
            case COPYING, PAUSED -> TakeBack.run(host(run), guest, journal, address);
            case COMMITTED, SERVING -> {
                check(SourceEngine.resume(host(run), guest, sourceOptions(), journal, _ -> {})
                        .audit());
                run.noteMoved();
            }
            case RECEIVING, LOADING -> LastAnswer.giveUp(guest, journal);
            default -> {
                if (giveUp) {
                    LastAnswer.giveUp(guest, journal);
                } else {
                    finishArriving(run, guest, journal);
                }
            }
        }
    }

    private void finishArriving(EngineRun run, Guest guest, Journal journal) throws MigrationException {
        try (Acceptor acceptor = listen(run)) {
            check(DestinationEngine.resume(host(run), guest, acceptor, destinationOptions(), journal, _ -> {})
                    .audit());
        }
    }

    /** What ends well was audited, if it was to be, and arrived as it was at the source. */
    private void check(AuditReport audit) {
        if (audit.asked() != scenario.verify() || !audit.isGood()) {
            world.violation("at " + side + " " + (audit.asked() ? audit.problem() : "nobody knows of the audit"));
        }
    }

    private void resumeWithoutGuest(EngineRun run, Journal journal) throws MigrationException {
        switch (journal.phase()) {
            case PREPARED -> {
                LastAnswer.gaveUp(journal);
                tell(run, journal);
            }
            default -> journal.forget(); // --forget, too: its process has ended
        }
    }

    private void tell(EngineRun run, Journal journal) throws MigrationException {
        try (Acceptor acceptor = listen(run)) {
            LastAnswer.tell(acceptor, journal);
        }
    }
}
