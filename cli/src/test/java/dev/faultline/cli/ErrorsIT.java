package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.memory.HugePages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever goes wrong is said in one sentence, and the guest lives on. */
class ErrorsIT {
    private static final String[] GUEST = {"--memory", "64M", "--working-set", "16M", "--cold-set", "8M"};

    private static Hosts hosts = new Hosts();

    @BeforeAll
    static void startBothGuests() {
        hosts = new Hosts();
        hosts.startGuest(GUEST);
        hosts.startWaitingGuest(GUEST);
    }

    @AfterAll
    static void endBothGuests() {
        hosts.close();
    }

    @Test
    void aBusyPort() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + busy.getLocalPort();
            fails("choose another address or port", "receive", "--guest", hosts.destinationName(), "--listen", address);
        }
    }

    @Test
    void nobodyListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        fails("127.0.0.1:" + port, "migrate", "--guest", hosts.sourceName(), "--to", "127.0.0.1:" + port);
        Hosts.awaitAlive(hosts.sourceName());
    }

    @Test
    void noSuchGuest() {
        fails("no guest process listens there", "migrate", "--guest", "@faultline-nobody", "--to", "127.0.0.1:1");
        fails("no guest process listens there", "status", "--guest", "@faultline-nobody");
    }

    @Test
    void theGuestHasAnEngine() {
        try (Faultline receive =
                Faultline.start("receive", "--guest", hosts.destinationName(), "--listen", "127.0.0.1:0", "--json")) {
            receive.awaitLine(line -> line.contains("listening"));
            fails(
                    "the engine of process " + receive.processId() + " is attached to this guest",
                    "receive",
                    "--guest",
                    hosts.destinationName(),
                    "--listen",
                    "127.0.0.1:0");
        }
    }

    @Test
    void theNameIsTaken() {
        fails("is taken: choose another", withGuest("guest", "--control", hosts.sourceName()));
        Hosts.awaitAlive(hosts.sourceName());
    }

    @Test
    void aGuestThatWaitsForNothing() {
        fails("start it as an incoming one", "receive", "--guest", hosts.sourceName(), "--listen", "127.0.0.1:0");
        fails("cannot be moved", "migrate", "--guest", hosts.destinationName(), "--to", "127.0.0.1:1");
        Hosts.awaitAlive(hosts.sourceName());
    }

    @Test
    void guestsThatDoNotMatch() {
        try (Hosts other = new Hosts()) {
            other.startWaitingGuest("--memory", "128M", "--working-set", "16M", "--cold-set", "8M");
            Faultline receive = other.startReceive();
            int port = receive.awaitEvent("listening").path("port").asInt();
            fails("the guests differ", "migrate", "--guest", hosts.sourceName(), "--to", "127.0.0.1:" + port);
            assertThat(receive.await()).isEqualTo(1);
            assertThat(receive.err()).hasLineCount(1);
            Hosts.awaitAlive(hosts.sourceName());
        }
    }

    @Test
    void tooFewHugePages() {
        HugePages pool = HugePages.read();
        long memoryMib = (pool.unreserved() + 100) * 2;
        Faultline demo = fails(
                "add --reserve-hugepages",
                "demo",
                "--page-size",
                "2M",
                "--memory",
                memoryMib + "M",
                "--working-set",
                "8M",
                "--cold-set",
                "0");
        assertThat(demo.err()).contains("sysctl vm.nr_hugepages=");
        fails(
                "sysctl vm.nr_hugepages=",
                "guest",
                "--control",
                hosts.sourceName() + "-huge",
                "--page-size",
                "2M",
                "--memory",
                memoryMib + "M");
    }

    @Test
    void plainTextAcrossANetwork() {
        fails("add --insecure", "receive", "--guest", hosts.destinationName(), "--listen", "0.0.0.0:0");
        fails("add --insecure", "migrate", "--guest", hosts.sourceName(), "--to", "192.0.2.1:7070");
        fails("There is no host", "migrate", "--guest", hosts.sourceName(), "--to", "nowhere.invalid:7070");
    }

    @ParameterizedTest
    @CsvSource({
        "--memory, 12X, is no size",
        "--memory, -5, is no size",
        "--page-size, 3K, is no page size",
        "--write-rate, fast, is no write rate",
        "--machine, vax, is no machine",
        "--vcpus, many, ''",
        "--mode, quantum, is no mode",
        "--colour, red, Unknown option"
    })
    void wrongArguments(String option, String value, String said) {
        Faultline demo = Faultline.run("demo", option, value);
        assertThat(demo.exitCode()).isEqualTo(2);
        assertThat(demo.err())
                .contains(said)
                .endsWith("Run 'faultline demo --help'.")
                .hasLineCount(1);
        assertThat(demo.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"--memory, 3M", "--working-set, 64G", "--vcpus, 0", "--vcpus, 65", "--memory, 0"})
    void impossibleGuests(String option, String value) {
        fails("", "demo", option, value);
    }

    private static String[] withGuest(String... arguments) {
        String[] all = new String[arguments.length + GUEST.length];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        System.arraycopy(GUEST, 0, all, arguments.length, GUEST.length);
        return all;
    }

    private static Faultline fails(String said, String... arguments) {
        Faultline command = Faultline.run(arguments);
        assertThat(command.exitCode()).as(command.toString()).isEqualTo(1);
        assertThat(command.err())
                .as(command.toString())
                .contains(said)
                .hasLineCount(1)
                .endsWith(".")
                .doesNotContain("fault in Faultline itself");
        return command;
    }
}
