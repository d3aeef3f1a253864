package dev.faultline.migration.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.TcpLink;
import dev.faultline.migration.wire.Pipe;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Content over TLS connections whose peers know each other. */
@Timeout(60)
class TlsLinkTest {
    private static final int HEADER_BYTES = 32;
    private static final long MUCH_BYTES = 64L << 20;
    private static final int LITTLE_BYTES = 100_000;
    private static final int MAX_PIECE_BYTES = 2 << 20;

    private record Pair(TlsLink client, TlsLink server) {
        static Pair over(Link near, Link far) {
            return new Pair(Peers.source().wrap(near, true), Peers.destination().wrap(far, false));
        }
    }

    @Test
    void pagesBothWaysAtOnceOverSockets() throws Exception {
        try (Pipe pipe = new Pipe()) {
            exchange(Pair.over(new TcpLink(pipe.near), new TcpLink(pipe.far)), MUCH_BYTES, MAX_PIECE_BYTES);
        }
    }

    @Test
    void bytesThatComeOneByOne() throws Exception {
        MemoryLink[] links = MemoryLink.pair(1);
        exchange(Pair.over(links[0], links[1]), LITTLE_BYTES, LITTLE_BYTES / 3);
    }

    private static void exchange(Pair pair, long bytes, int maxPieceBytes) throws Exception {
        CompletableFuture<Long> there = Peers.start(() -> send(pair.client, bytes, maxPieceBytes, 1));
        CompletableFuture<Long> back = Peers.start(() -> send(pair.server, bytes, maxPieceBytes, 2));
        CompletableFuture<Long> atServer = Peers.start(() -> receive(pair.server, bytes, maxPieceBytes, 3));
        CompletableFuture<Long> atClient = Peers.start(() -> receive(pair.client, bytes, maxPieceBytes, 4));
        assertThat(Peers.await(atServer)).isEqualTo(Peers.await(there));
        assertThat(Peers.await(atClient)).isEqualTo(Peers.await(back));
    }

    /** Sends frames: a header, and content of any size. {@return a checksum of all} */
    private static long send(Link link, long bytes, int maxPieceBytes, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        CRC32C sum = new CRC32C();
        ByteBuffer header = ByteBuffer.allocateDirect(HEADER_BYTES);
        ByteBuffer content = ByteBuffer.allocateDirect(maxPieceBytes);
        for (long left = bytes; left > 0; ) {
            fill(random, header.clear().limit((int) Math.min(left, HEADER_BYTES)));
            left -= header.remaining();
            fill(random, content.clear().limit((int) Math.min(left, random.nextInt(maxPieceBytes + 1))));
            left -= content.remaining();
            sum.update(header.duplicate());
            sum.update(content.duplicate());
            link.write(header, content);
            assertThat(header.hasRemaining() || content.hasRemaining()).isFalse();
        }
        link.endOutput();
        return sum.getValue();
    }

    private static void fill(SplittableRandom random, ByteBuffer target) {
        byte[] bytes = new byte[target.remaining()];
        random.nextBytes(bytes);
        target.duplicate().put(bytes);
    }

    private static long receive(Link link, long bytes, int maxPieceBytes, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        CRC32C sum = new CRC32C();
        ByteBuffer target = ByteBuffer.allocateDirect(maxPieceBytes);
        long count = 0;
        while (true) {
            target.clear().limit(1 + random.nextInt(maxPieceBytes));
            int got = link.read(target);
            if (got < 0) {
                assertThat(count).isEqualTo(bytes);
                return sum.getValue();
            }
            assertThat(got).isPositive().isEqualTo(target.position());
            sum.update(target.flip());
            count += got;
        }
    }

    @Test
    void eachDirectionEndsByItself() throws Exception {
        MemoryLink[] links = MemoryLink.pair(Integer.MAX_VALUE);
        Pair pair = Pair.over(links[0], links[1]);
        CompletableFuture<String> atServer = Peers.start(() -> {
            String heard = text(pair.server);
            pair.server.write(bytes("answer"));
            pair.server.endOutput();
            return heard;
        });
        pair.client.write(bytes("question"));
        pair.client.endOutput();
        assertThat(text(pair.client)).isEqualTo("answer");
        assertThat(Peers.await(atServer)).isEqualTo("question");
        assertThatThrownBy(() -> pair.client.write(bytes("more")))
                .isInstanceOf(IOException.class)
                .hasMessage("the connection has been ended by this side");
    }

    @Test
    void aConnectionThatIsCutIsNoEnd() throws Exception {
        MemoryLink[] links = MemoryLink.pair(Integer.MAX_VALUE);
        Pair pair = Pair.over(links[0], links[1]);
        CompletableFuture<String> atServer = Peers.start(() -> text(pair.server));
        pair.client.write(bytes("some of it"));
        links[0].endOutput(); // as anybody on the way can
        assertThat(Peers.failure(atServer)).startsWith("the connection was cut");
    }

    @Test
    void aChangedByteIsNoticed() throws Exception {
        for (int at : new int[] {0, 4, 5, 100, 20_000}) {
            MemoryLink[] links = MemoryLink.pair(Integer.MAX_VALUE);
            Pair pair = Pair.over(links[0], links[1]);
            CompletableFuture<Integer> first = Peers.reads(pair.server);
            pair.client.write(bytes("x"));
            assertThat(Peers.await(first)).isEqualTo(1);
            links[0].changeByteAfter(at);
            CompletableFuture<Integer> atServer = Peers.start(() -> {
                ByteBuffer all = ByteBuffer.allocate(40_000);
                while (all.hasRemaining()) {
                    if (pair.server.read(all) < 0) {
                        throw new EOFException();
                    }
                }
                return all.position();
            });
            pair.client.write(ByteBuffer.allocate(40_000));
            pair.client.endOutput();
            String failure = Peers.failure(atServer);
            if (at >= 5) {
                assertThat(failure).contains("changed on its way");
            }
            assertThat(failure).as("byte " + at).doesNotContain("no failure");
        }
    }

    @Test
    void aPeerThatSendsRecordsWithoutContentForEverIsLeft() throws Exception {
        MemoryLink[] links = MemoryLink.pair(Integer.MAX_VALUE);
        SSLEngine client = Peers.source().newEngine(true);
        TlsLink atServer = Peers.destination().wrap(links[1], false);
        CompletableFuture<Integer> read = Peers.reads(atServer);
        TlsLink flooding = new TlsLink(LocalHost.INSTANCE, links[0], client, TlsLink.HANDSHAKE_NANOS);
        flooding.write(bytes("x"));
        assertThat(Peers.await(read)).isEqualTo(1);
        read = Peers.reads(atServer);
        ByteBuffer out = ByteBuffer.allocate(1 << 16);
        while (!read.isDone()) {
            client.beginHandshake(); // TLS 1.3: a KeyUpdate that asks for another
            client.wrap(ByteBuffer.allocate(0), out.clear());
            links[0].write(out.flip());
        }
        assertThat(Peers.failure(read)).contains("records without content");
    }

    @Test
    void aTargetWithoutMemoryIsAnErrorAsThatOfASystemCallIs(@TempDir Path directory) throws Exception {
        MemoryLink[] links = MemoryLink.pair(Integer.MAX_VALUE);
        Pair pair = Pair.over(links[0], links[1]);
        try (FileChannel file = FileChannel.open(
                directory.resolve("file"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            ByteBuffer target = file.map(FileChannel.MapMode.READ_WRITE, 0, LITTLE_BYTES);
            file.truncate(0); // a write to it is a SIGBUS now, as where tmpfs or the huge page pool is exhausted
            CompletableFuture<Integer> atServer = Peers.start(() -> pair.server.read(target));
            pair.client.write(bytes("x"));
            assertThat(Peers.failure(atServer)).startsWith("Bad address");
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Link link) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1000);
        while (link.read(all) >= 0) {
            assertThat(all.hasRemaining()).isTrue();
        }
        return StandardCharsets.UTF_8.decode(all.flip()).toString();
    }
}
