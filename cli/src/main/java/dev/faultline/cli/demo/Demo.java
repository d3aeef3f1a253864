package dev.faultline.cli.demo;

import dev.faultline.cli.command.Limits;
import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.process.ChildProcess;
import dev.faultline.cli.process.Children;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.StatusLine;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.VmmClient;
import dev.faultline.guest.kvm.control.VmmMonitor;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.source.SourceReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One demo, from the first process to the last. All of it runs on the main thread, which its children depend on. */
final class Demo implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(5);
    private static final long CHECK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_MILLIS = 20;
    private static final long RATE_MILLIS = 300;
    private static final long WRITTEN_PAGE_BYTES = 4096;
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final DemoSettings settings;
    private final StatusLine line;
    private final DemoProgress progress;
    private final long beganNanos = System.nanoTime();
    private final String sourceName = name("source");
    private final String destinationName = name("destination");
    private final Children children = new Children();

    Demo(DemoSettings settings, StatusLine line) {
        this.settings = settings;
        this.line = line;
        progress = new DemoProgress(line, settings.guest().pageSize());
    }

    private static String name(String side) {
        return "@faultline-demo-" + ProcessHandle.current().pid() + "-" + side;
    }

    DemoResult run() throws OperatorException {
        progress.say("starting both hosts' processes");
        ChildProcess source = startGuest("the guest on the source", sourceName, List.of());
        ChildProcess destination = startGuest("the waiting guest", destinationName, List.of("--incoming"));
        source.await(Events.READY, START);
        destination.await(Events.READY, START);
        ChildProcess receive = startReceive();
        try (VmmMonitor sourceGuest = VmmMonitor.connect(sourceName, Limits.COMMAND_NANOS);
                VmmMonitor destinationGuest = VmmMonitor.connect(destinationName, Limits.COMMAND_NANOS)) {
            warmUp(sourceGuest, source);
            long writtenBytesPerSecond = writeRate(sourceGuest);
            ChildProcess migrate = startMigrate(receive);
            GuestReport before = sourceGuest.query();
            awaitMigration(migrate, receive);
            Optional<Comparison> comparison = settings.compare() ? Optional.of(compare()) : Optional.empty();
            GuestReport after = sourceGuest.query();
            GuestReport arrived = destinationGuest.query();
            boolean checkedAgain = checkAgain(destinationGuest, after);
            DemoResult result = new DemoResult(
                    settings,
                    before,
                    writtenBytesPerSecond,
                    after,
                    arrived,
                    destinationGuest.query(),
                    checkedAgain,
                    RecordJson.read(migrate.await(Events.DONE, END), SourceReport.class),
                    RecordJson.read(receive.await(Events.DONE, END), DestinationReport.class),
                    comparison,
                    System.nanoTime() - beganNanos);
            progress.say("ending the processes");
            sourceGuest.quit();
            destinationGuest.quit();
            return result;
        }
    }

    private ChildProcess startGuest(String what, String name, List<String> more) throws OperatorException {
        List<String> arguments = new ArrayList<>(List.of("guest", "--control", name));
        arguments.addAll(settings.guest().toArguments());
        arguments.addAll(more);
        return children.start(what, arguments);
    }

    private ChildProcess startReceive() throws OperatorException {
        List<String> arguments =
                new ArrayList<>(List.of("receive", "--guest", destinationName, "--listen", "127.0.0.1:0"));
        if (settings.compare()) {
            arguments.add("--start-paused");
        }
        addTestSwitch(arguments);
        return children.start("the destination's engine", arguments);
    }

    private ChildProcess startMigrate(ChildProcess receive) throws OperatorException {
        int port = receive.await(Events.LISTENING, START).path("port").asInt();
        List<String> arguments =
                new ArrayList<>(List.of("migrate", "--guest", sourceName, "--to", "127.0.0.1:" + port));
        arguments.addAll(List.of("--mode", EnumConverter.word(settings.mode()), "--keep-source"));
        arguments.addAll(List.of("--hold-map", Long.toString(settings.holdMapSeconds())));
        addTestSwitch(arguments);
        return children.start("the source's engine", arguments);
    }

    private void addTestSwitch(List<String> arguments) {
        if (settings.testSwitch() != TestSwitch.NONE) {
            arguments.addAll(List.of("--test-switch", EnumConverter.word(settings.testSwitch())));
        }
    }

    /** A guest that has not filled its memory yet would be too easy to move. */
    private void warmUp(VmmMonitor guest, ChildProcess process) throws OperatorException {
        GuestReport first = guest.query();
        Rounds rounds = new Rounds(first.description(), first.statistics());
        double part = 0;
        while (part < 1) {
            checkAlive(process);
            GuestReport now = guest.query();
            checkHealthy(now);
            part = rounds.part(now.statistics());
            progress.part("the guest fills its memory and checks it", part);
            sleep(LOOK_MILLIS);
        }
    }

    /** Nothing tracks the guest yet, so this is what it writes when it is not hindered. */
    private static long writeRate(VmmMonitor guest) throws OperatorException {
        long beginNanos = System.nanoTime();
        long begin = guest.query().statistics().pagesWritten();
        sleep(RATE_MILLIS);
        long pages = guest.query().statistics().pagesWritten() - begin;
        return (long) ((double) pages * WRITTEN_PAGE_BYTES * NANOS_PER_SECOND / (System.nanoTime() - beginNanos));
    }

    private static void checkAlive(ChildProcess process) throws OperatorException {
        if (process.hasEnded()) {
            throw process.failure();
        }
    }

    private static void checkHealthy(GuestReport guest) throws OperatorException {
        if (guest.statistics().failure().isPresent()) {
            throw new OperatorException(
                    "The guest does not run: " + guest.statistics().failure().get());
        }
    }

    private void awaitMigration(ChildProcess migrate, ChildProcess receive) throws OperatorException {
        while (!migrate.hasEnded() || !receive.hasEnded()) {
            if (failed(migrate)) {
                throw migrate.failure();
            }
            if (failed(receive)) {
                // The source notices within moments, and knows better where the guest is.
                throw migrate.awaitEnd(END) ? migrate.failure() : receive.failure();
            }
            progress.migration(at(migrate), at(receive));
            sleep(LOOK_MILLIS);
        }
        migrate.await(Events.DONE, END);
        receive.await(Events.DONE, END);
    }

    private static boolean failed(ChildProcess process) {
        return process.hasEnded() && process.latest(Events.DONE).isEmpty();
    }

    private static Optional<MigrationProgress> at(ChildProcess process) {
        return process.latest(Events.PROGRESS).map(event -> RecordJson.read(event, MigrationProgress.class));
    }

    private Comparison compare() throws OperatorException {
        progress.say("comparing both memories");
        try (VmmClient source = VmmClient.attach(sourceName, Limits.COMMAND_NANOS);
                VmmClient destination = VmmClient.attach(destinationName, Limits.COMMAND_NANOS)) {
            Comparison comparison = MemoryComparison.of(source, destination);
            destination.resume();
            return comparison;
        }
    }

    /** Returns whether the guest went through all of its pages after the migration, or found one wrong meanwhile. */
    private boolean checkAgain(VmmMonitor guest, GuestReport since) throws OperatorException {
        Rounds rounds = new Rounds(since.description(), since.statistics());
        long deadline = System.nanoTime() + CHECK_AGAIN_NANOS;
        while (true) {
            GuestReport now = guest.query();
            double part = rounds.part(now.statistics());
            if (part >= 1) {
                return true;
            }
            if (System.nanoTime() > deadline || now.statistics().failure().isPresent()) {
                return false;
            }
            progress.part(
                    "the guest checks all of it on the destination, "
                            + Numbers.count(now.statistics().corruptions()) + " wrong",
                    part);
            sleep(LOOK_MILLIS);
        }
    }

    private static void sleep(long millis) throws OperatorException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("Interrupted", e);
        }
    }

    @Override
    public void close() {
        children.close();
        line.close();
    }
}
