package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.migration.tls.Peers;
import dev.faultline.uffd.memory.PageSize;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class WholeMigrationTest {
    private static final long MEMORY_BYTES = 64L << 20;
    private static final int HOT_BLOCKS = 4000;

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void aWritingGuestMovesUncorrupted(MigrationMode mode) throws Exception {
        move(new Hosts(LocalHost.INSTANCE, LocalHost.INSTANCE), mode);
    }

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void aWritingGuestMovesOverTls(MigrationMode mode) throws Exception {
        move(new Hosts(Peers.source(), Peers.destination()), mode);
    }

    private static void move(Hosts hosts, MigrationMode mode) throws Exception {
        try (TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
                TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true)) {
            source.resume();
            awaitVerified(source, 2 * HOT_BLOCKS);
            Result result = migrate(hosts, source, destination, mode, TestSwitch.NONE, 0);
            long atHandOver = source.verified.get();
            awaitVerified(destination, atHandOver + 3 * HOT_BLOCKS);
            assertThat(source.corruption).isEmpty();
            assertThat(destination.corruption).isEmpty();
            assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
            assertThat(destination.state()).isEqualTo(GuestState.RUNNING);
            assertThat(result.source.rounds().isEmpty()).isEqualTo(mode == MigrationMode.POSTCOPY);
        }
    }

    private record Hosts(Host source, Host destination) {}

    record Result(SourceReport source, DestinationReport destination) {}

    static Result migrate(
            TestGuest source, TestGuest destination, MigrationMode mode, TestSwitch testSwitch, long holdMapNanos)
            throws Exception {
        return migrate(
                new Hosts(LocalHost.INSTANCE, LocalHost.INSTANCE), source, destination, mode, testSwitch, holdMapNanos);
    }

    private static Result migrate(
            Hosts hosts,
            TestGuest source,
            TestGuest destination,
            MigrationMode mode,
            TestSwitch testSwitch,
            long holdMapNanos)
            throws Exception {
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Acceptor acceptor = Acceptor.listen(hosts.destination, loopback);
        CompletableFuture<DestinationReport> received = CompletableFuture.supplyAsync(() -> {
            try {
                return DestinationEngine.run(
                        hosts.destination,
                        destination,
                        acceptor,
                        new DestinationOptions(false, 0, testSwitch),
                        Journal.unkept(),
                        _ -> {});
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), acceptor.port());
        SourceReport sent = SourceEngine.run(
                hosts.source,
                source,
                new SourceOptions(to, mode, 0, holdMapNanos, testSwitch),
                Journal.unkept(),
                _ -> {});
        Result result = new Result(sent, received.get(20, TimeUnit.SECONDS));
        System.err.println(result);
        return result;
    }

    static void awaitVerified(TestGuest guest, long blocks) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (guest.verified.get() < blocks) {
            assertThat(System.nanoTime())
                    .as("verified " + guest.verified + " of " + blocks)
                    .isLessThan(deadline);
            Thread.sleep(1);
        }
    }
}
