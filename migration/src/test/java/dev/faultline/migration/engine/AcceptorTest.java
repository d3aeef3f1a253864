package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.wire.Frame;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.PageSize;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who else comes to the port of a waiting guest, seen from a real source. */
@RequiresUffd
class AcceptorTest {
    private static final long MEMORY_BYTES = 8L << 20;
    private static final int HOT_BLOCKS = 100;
    /** One after the other, each of them for as long as it takes to be sent away, they would take minutes. */
    private static final int SILENT = 25;

    private static final int COUNT_OFFSET = 4;

    private static TestGuest guest(boolean incoming) {
        return new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, incoming);
    }

    @Test
    @Timeout(60)
    void clientsThatSayNothingOrNonsenseDoNotBlockASource() throws Exception {
        List<SocketChannel> others = new ArrayList<>();
        try (TestGuest source = guest(false);
                TestGuest destination = guest(true);
                Acceptor acceptor = Acceptor.listen(
                        LocalHost.INSTANCE, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), acceptor.port());
            for (int i = 0; i < SILENT; i++) {
                others.add(SocketChannel.open(address));
            }
            SocketChannel nonsense = SocketChannel.open(address);
            others.add(nonsense);
            nonsense.write(
                    ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: faultline\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
            CompletableFuture<DestinationReport> received = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    DestinationOptions options = new DestinationOptions(false, 0, TestSwitch.NONE);
                    received.complete(DestinationEngine.run(
                            LocalHost.INSTANCE, destination, acceptor, options, Journal.unkept(), _ -> {}));
                } catch (Throwable t) {
                    received.completeExceptionally(t);
                }
            });
            source.resume();
            SourceOptions options = new SourceOptions(address, MigrationMode.HYBRID, 0, 0, TestSwitch.NONE);
            SourceEngine.run(LocalHost.INSTANCE, source, options, Journal.unkept(), (MigrationProgress _) -> {});
            received.get(30, TimeUnit.SECONDS);
            assertThat(destination.state()).isEqualTo(GuestState.RUNNING);
        } finally {
            for (SocketChannel other : others) {
                other.close();
            }
        }
    }

    @Test
    @Timeout(60)
    void aSourceOfAnotherVersionIsToldWhatToDo() throws Exception {
        Relay.Watch newer = new Relay.Watch() {
            @Override
            public void see(Relay.Seen frame) {}

            @Override
            public void greets(ByteBuffer hello) {
                hello.putInt(COUNT_OFFSET, Frame.VERSION + 1);
            }
        };
        try (TestGuest source = guest(false);
                TestGuest destination = guest(true)) {
            source.resume();
            try (Migration migration =
                    new Migration(source, destination, Migration.Plan.of(MigrationMode.HYBRID), newer)) {
                assertThat(migration.sourceFailure())
                        .isEqualTo("the destination gave up: the destination speaks version " + Frame.VERSION
                                + " of the protocol, not " + (Frame.VERSION + 1) + ":"
                                + " use the same Faultline on both sides; the guest goes on here as before");
            }
            assertThat(source.state()).isEqualTo(GuestState.RUNNING);
            assertThat(destination.state()).isEqualTo(GuestState.INCOMING);
        }
    }
}
