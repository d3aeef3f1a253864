package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import dev.faultline.migration.destination.FaultKind;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.net.Namespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A guest that faults while the push keeps a slow link busy: most answers do not wait behind it. */
class PacedPushIT {
    private static final String[] GUEST = {"--memory", "192M", "--working-set", "96M", "--cold-set", "32M", "--json"};
    private static final long BITS_PER_SECOND = 300_000_000L;

    @TempDir
    private Path directory;

    private final List<Faultline> started = new ArrayList<>();

    private Faultline start(List<String> prefix, List<String> arguments, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        Faultline command = Faultline.start(prefix, all);
        started.add(command);
        return command;
    }

    /** The longest answers say more of the machine than of the queue. */
    @Test
    void mostAnswersDoNotWaitBehindThePush() {
        LabHost.requireNamespaces();
        assertThat(medianNanos("none")).isLessThan(medianNanos("push-unpaced") * 2 / 3);
    }

    /** Moves a guest. {@return what half of its faults took at most whose pages had to be fetched} */
    private long medianNanos(String testSwitch) {
        String here = directory.resolve("source-" + testSwitch).toString();
        String there = directory.resolve("destination-" + testSwitch).toString();
        try (Namespaces network = Namespaces.create(3)) {
            network.routeThrough(2, BITS_PER_SECOND);
            start(List.of(), List.of("guest", "--control", here), GUEST).awaitEvent(Events.READY);
            start(List.of(), List.of("guest", "--control", there, "--incoming"), GUEST)
                    .awaitEvent(Events.READY);
            Hosts.await(here, report -> report.statistics().passes() > 1);
            String address = network.address(1) + ":";
            Faultline receive = start(
                    network.command(1),
                    List.of("receive", "--guest", there, "--listen", address + 0),
                    "--insecure",
                    "--json");
            int port = receive.awaitEvent(Events.LISTENING).path("port").asInt();
            Faultline migrate = start(
                    network.command(0),
                    List.of("migrate", "--guest", here, "--to", address + port, "--mode", "postcopy"),
                    "--insecure",
                    "--test-switch",
                    testSwitch,
                    "--json");
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            assertThat(receive.await()).as(receive.toString()).isZero();
            JsonNode fetched = fetched(receive.awaitEvent(Events.DONE));
            assertThat(fetched.path("count").asLong()).isGreaterThan(100);
            Hosts.awaitAlive(there);
            return fetched.path("p50Nanos").asLong();
        } finally {
            started.forEach(Faultline::close);
        }
    }

    private static JsonNode fetched(JsonNode done) {
        for (JsonNode kind : done.path("faults")) {
            if (kind.path("kind").asString().equalsIgnoreCase(FaultKind.FETCHED.name())) {
                return kind;
            }
        }
        throw new AssertionError("no faults in " + done);
    }
}
