package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestState;
import dev.faultline.testing.CertificateAuthority;
import dev.faultline.testing.CertificateAuthority.Issued;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moves over TLS between processes, and who is not let in. */
class TlsMoveIT {
    private static final String[] GUEST = {
        "--memory", "256M", "--working-set", "64M", "--cold-set", "64M", "--write-rate", "max"
    };

    @TempDir
    private static Path certificates;

    @TempDir
    private Path journals;

    private static List<String> source = List.of();
    private static List<String> destination = List.of();

    @BeforeAll
    static void issueCertificates() {
        CertificateAuthority authority = new CertificateAuthority(certificates, "ca");
        source = options(authority.issue("source.test"));
        destination = options(authority.issue("destination.test"));
    }

    private static List<String> options(Issued of) {
        return List.of(
                "--tls-cert", of.certificate().toString(),
                "--tls-key", of.key().toString(),
                "--tls-ca", of.authority().toString());
    }

    private static List<String> with(List<String> options, String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return all;
    }

    private static Hosts hosts(List<String> sourceOptions, List<String> destinationOptions) {
        Hosts hosts = new Hosts(sourceOptions, destinationOptions);
        hosts.startGuest(GUEST);
        hosts.startWaitingGuest(GUEST);
        Hosts.await(hosts.sourceName(), report -> report.statistics().passes() >= 1);
        return hosts;
    }

    @Test
    void aGuestMoves() {
        try (Hosts hosts = hosts(
                with(source, "--peer-name", "destination.test"), with(destination, "--peer-name", "source.test"))) {
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive);
            assertThat(migrate.await()).as(migrate.toString()).isZero();
            assertThat(receive.await()).as(receive.toString()).isZero();
            assertThat(hosts.source().state()).isEqualTo(GuestState.RELINQUISHED);
            Hosts.awaitAlive(hosts.destinationName());
        }
    }

    @Test
    void aDestinationOfAnotherNameGetsNoGuest() {
        // The name that is expected is the host of --to, and the certificate has another.
        try (Hosts hosts = hosts(source, with(destination, "--any-peer"))) {
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive);
            refused(hosts, migrate, "the peer's certificate is of destination.test, and not of 127.0.0.1");
            assertThat(receive.isAlive()).isTrue();
        }
    }

    @Test
    void aSourceOfAnotherNameIsSentAway() {
        try (Hosts hosts = hosts(
                with(source, "--peer-name", "destination.test"), with(destination, "--peer-name", "other.test"))) {
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive);
            refused(hosts, migrate, "it says there why");
            assertThat(receive.isAlive()).isTrue();
            receive.kill();
            receive.await();
            assertThat(receive.err()).contains("the peer's certificate is of source.test, and not of other.test");
        }
    }

    @Test
    void onlyOneSideSpeaksTls() {
        try (Hosts hosts = hosts(List.of(), with(destination, "--peer-name", "source.test"))) {
            refused(hosts, hosts.startMigrate(hosts.startReceive()), "the destination speaks TLS only");
        }
        try (Hosts hosts = hosts(with(source, "--any-peer"), List.of())) {
            Faultline receive = hosts.startReceive();
            refused(hosts, hosts.startMigrate(receive), "the peer does not speak TLS: give it --tls-cert");
            receive.kill();
            receive.await();
            assertThat(receive.err()).contains("the source speaks TLS, and the destination does not");
        }
    }

    private static void refused(Hosts hosts, Faultline migrate, String why) {
        assertThat(migrate.await()).as(migrate.toString()).isEqualTo(1);
        assertThat(migrate.err()).contains(why).hasLineCount(1);
        assertThat(hosts.source().state()).isEqualTo(GuestState.RUNNING);
        Hosts.awaitAlive(hosts.sourceName());
        assertThat(hosts.destination().state()).isEqualTo(GuestState.INCOMING);
    }

    @Test
    void enginesThatWereKilledAfterTheHandOverAreResumed() {
        Path atSource = journals.resolve("source");
        Path atDestination = journals.resolve("destination");
        try (Hosts hosts = hosts(
                with(source, "--peer-name", "destination.test", "--journal", atSource.toString()),
                with(destination, "--peer-name", "source.test", "--journal", atDestination.toString()))) {
            Faultline receive = hosts.startReceive();
            Faultline migrate = hosts.startMigrate(receive, "--hold-map", "30");
            Hosts.await(hosts.sourceName(), report -> report.state() == GuestState.RELINQUISHED);
            migrate.kill();
            receive.kill();

            Faultline arriving = hosts.startDestinationResume("--listen", "127.0.0.1:0");
            int port = arriving.awaitEvent("listening").path("port").asInt();
            Faultline leaving = hosts.startSourceResume("--to", "127.0.0.1:" + port);
            assertThat(leaving.await()).as(leaving.toString()).isZero();
            assertThat(arriving.await()).as(arriving.toString()).isZero();
            Hosts.awaitAlive(hosts.destinationName());
        }
    }
}
