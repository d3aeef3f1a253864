package dev.faultline.cli;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.operator.OperatorClient;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.net.Namespaces;
import dev.faultline.qemu.lab.qmp.QmpEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A move of a QEMU by two engines: each in a network namespace of its own, if there are some. */
final class QemuMove implements BrokenMove.Engines, AutoCloseable {
    private static final Duration RESUME_TIME = Duration.ofSeconds(10);

    private final QemuVm source;
    private final QemuVm destination;
    private final @Nullable Namespaces network;
    private final Path sourceJournals;
    private final Path destinationJournals;
    private final List<Faultline> engines = new ArrayList<>();
    private BiConsumer<String, Faultline> whenStarted = (_, _) -> {};
    private long orderedNanos;
    private final long beginMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());

    /**
     * What it was like.
     *
     * @param beginNanos when it was begun, by {@link System#nanoTime}: when the source's engine was up, or was told to
     * @param downtimeMicros from the source's STOP event to the destination's RESUME event
     * @param sent what the source's engine said
     * @param received what the destination's engine said
     */
    record Result(long beginNanos, long downtimeMicros, JsonNode sent, JsonNode received) {}

    QemuMove(QemuVm source, QemuVm destination, @Nullable Namespaces network, Path journals) {
        this.source = source;
        this.destination = destination;
        this.network = network;
        sourceJournals = journals.resolve("source");
        destinationJournals = journals.resolve("destination");
    }

    /** Lets somebody know of each engine, and by which command, as soon as it is started. */
    void whenStarted(BiConsumer<String, Faultline> listener) {
        whenStarted = listener;
    }

    /** Moves the guest, and waits until all of it is there. */
    Result run(String... options) {
        Faultline receive = startReceive();
        startMigrate(receive, options).awaitEvent(Events.CONTROL);
        orderedNanos = System.nanoTime();
        return awaitEnd();
    }

    /** Moves the guest by engines that are up, and have rehearsed, before they are told to. */
    Result runFromStandby(String... options) {
        startFromStandby(options);
        return awaitEnd();
    }

    /** Begins to move the guest by such engines. */
    void startFromStandby(String... options) {
        Faultline receive = startReceive("--standby");
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--standby");
        Faultline migrate = startMigrate(receive, all.toArray(String[]::new));
        migrate.awaitEvent(Events.STANDBY);
        orderedNanos = System.nanoTime();
        order(migrate, "resume");
    }

    /** Waits until the guest runs at its destination. */
    void awaitResume() {
        destination.watch().await("RESUME", beginMicros, RESUME_TIME);
    }

    /** Waits until all of it is there. */
    Result awaitEnd() {
        engines.reversed().forEach(QemuMove::requireSuccess);
        return new Result(
                orderedNanos,
                downtimeMicros(),
                engines.getLast().json(),
                engines.getFirst().json());
    }

    private static void order(Faultline migrate, String word) {
        try {
            OperatorClient.ask(migrate.awaitEvent(Events.CONTROL).path("path").asString(), word);
        } catch (OperatorException e) {
            throw new AssertionError(migrate.toString(), e);
        }
    }

    private static void requireSuccess(Faultline engine) {
        if (engine.await() != 0) {
            throw new AssertionError(engine.toString());
        }
    }

    @Override
    public Faultline startReceive(String... options) {
        Faultline receive = start(
                1,
                destinationJournals,
                options,
                "receive",
                "--qmp",
                socket(destination),
                "--listen",
                address(1) + ":0");
        receive.awaitEvent(Events.LISTENING);
        return receive;
    }

    @Override
    public Faultline startMigrate(Faultline receive, String... options) {
        int port = receive.awaitEvent(Events.LISTENING).path("port").asInt();
        return start(0, sourceJournals, options, "migrate", "--qmp", socket(source), "--to", address(1) + ":" + port);
    }

    @Override
    public Faultline startSourceResume(String... options) {
        return start(0, sourceJournals, options, "resume", "--qmp", socket(source));
    }

    @Override
    public Faultline startDestinationResume(String... options) {
        return start(1, destinationJournals, options, "resume", "--qmp", socket(destination));
    }

    private static String socket(QemuVm vm) {
        return vm.engineSocket().toString();
    }

    @Override
    public String destinationAddress() {
        return address(1);
    }

    private String address(int side) {
        return network == null ? "127.0.0.1" : network.address(side);
    }

    private Faultline start(int side, Path journals, String[] options, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--insecure", "--json", "--journal", journals.toString(), "--reconnect-for", "0"));
        all.addAll(List.of(options));
        Faultline engine = Faultline.start(network == null ? List.of() : network.command(side), all);
        engines.add(engine);
        whenStarted.accept(arguments[0], engine);
        return engine;
    }

    Path sourceJournals() {
        return sourceJournals;
    }

    Path destinationJournals() {
        return destinationJournals;
    }

    long downtimeMicros() {
        long resumed =
                destination.watch().await("RESUME", beginMicros, RESUME_TIME).timestampMicros();
        long stopped = source.watch().events().stream()
                .filter(event -> event.name().equals("STOP") && event.timestampMicros() >= beginMicros)
                .mapToLong(QmpEvent::timestampMicros)
                .max()
                .orElseThrow();
        return resumed - stopped;
    }

    @Override
    public void close() {
        engines.reversed().forEach(Faultline::close);
    }
}
