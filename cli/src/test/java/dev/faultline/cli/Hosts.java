package dev.faultline.cli;

import dev.faultline.cli.json.Events;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.VmmMonitor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Two hosts on one machine: a guest on the first, and a process on the second that waits for it. */
final class Hosts implements BrokenMove.Engines, AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final long COMMAND_NANOS = Duration.ofSeconds(20).toNanos();
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final String id = "@faultline-it-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    private final List<Faultline> processes = new ArrayList<>();

    private final List<String> sourceMore;
    private final List<String> destinationMore;
    private final List<String> reconnect;

    Hosts() {
        this(List.of(), List.of());
    }

    /** Two hosts whose engines are given more options, such as journals of their own, and end with their connections. */
    Hosts(List<String> sourceMore, List<String> destinationMore) {
        this(sourceMore, destinationMore, 0);
    }

    /** Two hosts whose engines connect again for some seconds. */
    Hosts(List<String> sourceMore, List<String> destinationMore, int reconnectSeconds) {
        this.sourceMore = sourceMore;
        this.destinationMore = destinationMore;
        reconnect = List.of("--reconnect-for", Integer.toString(reconnectSeconds));
    }

    String sourceName() {
        return id + "-source";
    }

    String destinationName() {
        return id + "-destination";
    }

    /** Starts a guest, and waits until it can be asked. */
    Faultline startGuest(String... options) {
        return startGuest(sourceName(), List.of(), options);
    }

    Faultline startWaitingGuest(String... options) {
        return startGuest(destinationName(), List.of("--incoming"), options);
    }

    private Faultline startGuest(String name, List<String> more, String... options) {
        List<String> arguments = new ArrayList<>(List.of("guest", "--control", name, "--json"));
        arguments.addAll(more);
        arguments.addAll(List.of(options));
        Faultline guest = start(arguments);
        guest.awaitEvent(Events.READY);
        return guest;
    }

    /** Starts the destination's engine, and waits until it listens. */
    @Override
    public Faultline startReceive(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("receive", "--guest", destinationName(), "--listen", "127.0.0.1:0", "--json"));
        arguments.addAll(reconnect);
        arguments.addAll(destinationMore);
        arguments.addAll(List.of(options));
        Faultline receive = start(arguments);
        receive.awaitEvent(Events.LISTENING);
        return receive;
    }

    @Override
    public Faultline startMigrate(Faultline receive, String... options) {
        return startMigrateTo(receive.awaitEvent(Events.LISTENING).path("port").asInt(), options);
    }

    Faultline startMigrateTo(int port, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("migrate", "--guest", sourceName(), "--to", "127.0.0.1:" + port, "--json", "--keep-source"));
        arguments.addAll(reconnect);
        arguments.addAll(sourceMore);
        arguments.addAll(List.of(options));
        return start(arguments);
    }

    /** Goes on with a move that was broken off, on the source. */
    @Override
    public Faultline startSourceResume(String... options) {
        List<String> more = new ArrayList<>(sourceMore);
        more.add("--keep-source");
        return startResume(sourceName(), more, options);
    }

    @Override
    public Faultline startDestinationResume(String... options) {
        return startResume(destinationName(), destinationMore, options);
    }

    private Faultline startResume(String name, List<String> more, String... options) {
        List<String> arguments = new ArrayList<>(List.of("resume", "--guest", name, "--json"));
        arguments.addAll(reconnect);
        arguments.addAll(more);
        arguments.addAll(List.of(options));
        return start(arguments);
    }

    private Faultline start(List<String> arguments) {
        Faultline command = Faultline.start(arguments.toArray(String[]::new));
        processes.add(command);
        return command;
    }

    @Override
    public String destinationAddress() {
        return "127.0.0.1";
    }

    GuestReport source() {
        return query(sourceName());
    }

    GuestReport destination() {
        return query(destinationName());
    }

    static GuestReport query(String name) {
        try (VmmMonitor monitor = VmmMonitor.connect(name, COMMAND_NANOS)) {
            return monitor.query();
        }
    }

    /** Waits until a guest is as wanted. */
    static GuestReport await(String name, Predicate<GuestReport> wanted) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        GuestReport report = query(name);
        while (!wanted.test(report)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the guest " + name + " is still " + report);
            }
            sleep(Duration.ofMillis(20));
            report = query(name);
        }
        return report;
    }

    static void awaitTrue(BooleanSupplier wanted, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!wanted.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise.get());
            }
            sleep(Duration.ofMillis(5));
        }
    }

    /** Waits until a guest has verified more pages than now, without finding a wrong one. */
    static void awaitAlive(String name) {
        GuestReport now = query(name);
        GuestReport later = await(
                name,
                report -> report.statistics().pagesVerified() > now.statistics().pagesVerified() + 1000);
        if (later.statistics().corruptions() > 0) {
            throw new AssertionError("the guest " + name + " found wrong pages: " + later);
        }
    }

    static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        processes.reversed().forEach(Faultline::close);
    }
}
