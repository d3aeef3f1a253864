package dev.faultline.uffd.ipc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.NativeThread;
import dev.faultline.uffd.OpenFiles;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.EventFd;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Poller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class UnixConnectionTest {
    private static final long PATIENCE = Duration.ofSeconds(30).toNanos();
    private static final int SIGUSR1 = 10;
    private static final int F_GETFD = 1;
    private static final int FD_CLOEXEC = 1;

    private final ConnectedPair pair = new ConnectedPair();
    private final List<Fd> fds = new ArrayList<>();
    private final byte[] buffer = new byte[256];

    @AfterEach
    void close() {
        fds.forEach(Fd::close);
        pair.close();
    }

    @Test
    void whatHasComeIsReceivedAfterTheInputWasEnded() {
        try (UnixConnection.Pair made = UnixConnection.pair(0);
                UnixConnection there = new UnixConnection(made.there().duplicate())) {
            there.send("last".getBytes(UTF_8), List.of());
            made.here().endInput();
            assertThat(made.here().receive(buffer, fds, PATIENCE)).isEqualTo(4);
            assertThat(made.here().receive(buffer, fds, PATIENCE)).isEqualTo(-1);
            assertThatThrownBy(() -> there.send("later".getBytes(UTF_8), List.of()))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EPIPE");
        }
    }

    @Test
    void theEndOfTheInputWakesWhoReceives() {
        try (UnixConnection.Pair made = UnixConnection.pair(0)) {
            CompletableFuture<Integer> received =
                    CompletableFuture.supplyAsync(() -> made.here().receive(buffer, fds, -1));
            made.here().endInput();
            assertThat(received.join()).isEqualTo(-1);
        }
    }

    @Test
    void aPairIsForTwoProcessesAndItsSendsAreLimited() {
        try (UnixConnection.Pair made =
                        UnixConnection.pair(Duration.ofMillis(100).toNanos());
                UnixConnection there = new UnixConnection(made.there().duplicate())) {
            made.there().close();
            made.here().send("hello".getBytes(UTF_8), List.of());
            assertThat(there.receive(buffer, fds, PATIENCE)).isEqualTo(5);
            there.send("hi".getBytes(UTF_8), List.of());
            assertThat(made.here().receive(buffer, fds, PATIENCE)).isEqualTo(2);
            assertThatThrownBy(() -> made.here().send(new byte[8 << 20], List.of()))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EAGAIN");
        }
    }

    @Test
    void descriptorsArriveInOrderWithTheirBytes() {
        try (EventFd first = new EventFd();
                EventFd second = new EventFd();
                Memfd third = Memfd.create("passed", 4096, PageSize.SIZE_4K)) {
            pair.client.send("three".getBytes(UTF_8), List.of(first.fd(), second.fd(), third.fd()));
            assertThat(receiveText()).isEqualTo("three");

            assertThat(fds).hasSize(3);
            second.signal();
            assertThat(Poller.awaitReadable(fds.get(0), 0)).isFalse();
            assertThat(Poller.awaitReadable(fds.get(1), 0)).isTrue();
            Memfd.adopt(fds.get(2), 4096, PageSize.SIZE_4K).close();
        }
    }

    @Test
    void arrivedDescriptorsAreNotInheritedByChildren() {
        try (EventFd passed = new EventFd()) {
            pair.client.send(new byte[1], List.of(passed.fd()));
            receiveText();
            assertThat(LibC.fcntl(fds.getFirst().number(), F_GETFD, 0)).isEqualTo(FD_CLOEXEC);
        }
    }

    @Test
    void bytesWithoutDescriptorsBringNone() {
        pair.client.send("plain".getBytes(UTF_8), List.of());
        assertThat(receiveText()).isEqualTo("plain");
        assertThat(fds).isEmpty();
    }

    /** A signal cuts the sending in two. */
    @Test
    void aLongMessageArrivesWholeAndItsDescriptorOnce() {
        NativeMemory.ignoreButInterrupt(SIGUSR1);
        byte[] sent = new byte[4 << 20];
        new Random(1).nextBytes(sent);
        try (EventFd passed = new EventFd();
                NativeThread sender = new NativeThread()) {
            int threadId = sender.id();
            CompletableFuture<Boolean> sending = sender.run(() -> {
                pair.client.send(sent, List.of(passed.fd()));
                return true;
            });
            assertThat(NativeThread.isStuck(sending)).isTrue();
            assertThat(LibC.tgkill(LibC.getpid(), threadId, SIGUSR1)).isZero();
            assertThat(NativeThread.isStuck(sending)).isTrue();
            byte[] received = new byte[sent.length];
            byte[] chunk = new byte[100_000];
            for (int done = 0; done < received.length; ) {
                int count = pair.server.receive(chunk, fds, PATIENCE);
                assertThat(count).isPositive();
                System.arraycopy(chunk, 0, received, done, count);
                done += count;
            }
            assertThat(NativeThread.await(sending)).isTrue();
            assertThat(Arrays.equals(received, sent)).isTrue();
            assertThat(fds).hasSize(1);
        }
    }

    @Test
    void sixteenDescriptorsFitAndMoreAreRefusedBeforeSending() {
        try (EventFd passed = new EventFd()) {
            pair.client.send(new byte[1], Collections.nCopies(16, passed.fd()));
            receiveText();
            assertThat(fds).hasSize(16);

            assertThatThrownBy(() -> pair.client.send(new byte[1], Collections.nCopies(17, passed.fd())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at most 16 descriptors");
        }
    }

    /** A stranger need not keep to what this class sends. */
    @Test
    void ofAMessageWithTooManyDescriptorsNoneIsKept() {
        try (RawSender stranger = new RawSender();
                EventFd passed = new EventFd()) {
            long leaked = OpenFiles.leakedBy(() -> {
                stranger.send(passed.fd(), 20);
                assertThatThrownBy(() -> stranger.peer.receive(buffer, fds, PATIENCE))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("more than 16 descriptors");
            });
            assertThat(leaked).isZero();
            assertThat(fds).isEmpty();
        }
    }

    /** Descriptors travel with bytes: without one they would be lost without a word. */
    @Test
    void aMessageOfNoBytesIsRefused() {
        assertThatThrownBy(() -> pair.client.send(new byte[0], List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pair.client.receive(new byte[0], fds, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void thePeerIsWhoTheKernelSaysItIs() {
        assertThat(pair.server.peer().processId()).isEqualTo(LibC.getpid());
        assertThat(pair.server.peer().userId()).isEqualTo(LibC.geteuid());
        assertThat(pair.client.peer()).isEqualTo(pair.server.peer());
    }

    @Test
    void nothingInTimeIsZero() {
        assertThat(pair.server.receive(buffer, fds, 0)).isZero();
        assertThat(pair.server.receive(buffer, fds, 20_000_000)).isZero();
    }

    @Test
    void whatWasSentBeforeTheEndArrivesBeforeTheEnd() {
        pair.client.send("last".getBytes(UTF_8), List.of());
        pair.client.close();
        assertThat(receiveText()).isEqualTo("last");
        assertThat(pair.server.receive(buffer, fds, PATIENCE)).isEqualTo(-1);
        assertThat(pair.server.receive(buffer, fds, -1)).isEqualTo(-1);
    }

    @Test
    void sendingToAPeerThatHasClosedIsEpipe() {
        pair.client.close();
        assertThatThrownBy(() -> pair.server.send(new byte[1], List.of()))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("sendmsg")
                .hasMessageContaining("EPIPE");
    }

    @Test
    void aPeerThatWentWithoutReadingIsEconnreset() {
        pair.client.send(new byte[1], List.of());
        pair.server.close();
        assertThatThrownBy(() -> pair.client.receive(buffer, fds, PATIENCE))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("ECONNRESET");
    }

    @Test
    void closingEndsAnEndlessWait() {
        try (NativeThread thread = new NativeThread()) {
            CompletableFuture<Integer> waiting = thread.run(() -> pair.server.receive(buffer, fds, -1));
            assertThat(NativeThread.isStuck(waiting)).isTrue();
            pair.server.close();
            assertThat(NativeThread.await(waiting)).isEqualTo(-1);
        }
    }

    @Test
    void closingEndsAWaitWithALimit() {
        try (NativeThread thread = new NativeThread()) {
            CompletableFuture<Integer> waiting = thread.run(() -> pair.server.receive(buffer, fds, 2 * PATIENCE));
            assertThat(NativeThread.isStuck(waiting)).isTrue();
            pair.server.close();
            assertThat(NativeThread.await(waiting)).isEqualTo(-1);
        }
    }

    @Test
    void afterClosingItCannotBeUsed() {
        pair.server.close();
        pair.server.close();
        assertThatThrownBy(() -> pair.server.receive(buffer, fds, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.server.send(new byte[1], List.of())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(pair.server::peer).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void connectingInVainLeaksNothingAndNamesTheSocket() {
        long leaked = OpenFiles.leakedBy(() -> assertThatThrownBy(() -> UnixConnection.connect("@nobody-listens-here"))
                .isInstanceOf(LinuxException.class)
                .hasMessage("connect(@nobody-listens-here) failed: ECONNREFUSED (nobody listens there). "
                        + "Is the guest process running?"));
        assertThat(leaked).isZero();
        assertThatThrownBy(() -> UnixConnection.connect("/no/such/directory/socket"))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("ENOENT");
    }

    @Test
    void aNameThatIsTooLongLeaksNothing() {
        long leaked = OpenFiles.leakedBy(() -> assertThatThrownBy(() -> UnixConnection.connect("x".repeat(108)))
                .isInstanceOf(IllegalArgumentException.class));
        assertThat(leaked).isZero();
    }

    @Test
    void aPeerThatDoesNotReadHoldsALimitedSendUpForItsTimeOnly() {
        String name = ConnectedPair.uniqueName();
        try (UnixListener listener = UnixListener.listen(name);
                UnixConnection limited = UnixConnection.connect(name, 50_000_000);
                UnixConnection _ = listener.accept()) {
            assertThatThrownBy(() -> limited.send(new byte[16 << 20], List.of()))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EAGAIN");
        }
    }

    @Test
    void aPeerThatDoesNotAcceptHoldsALimitedConnectUpForItsTimeOnly() {
        String name = ConnectedPair.uniqueName();
        List<UnixConnection> waiting = new ArrayList<>();
        try (UnixListener _ = UnixListener.listen(name)) {
            for (int i = 0; i <= 16; i++) {
                waiting.add(UnixConnection.connect(name, 50_000_000));
            }
            assertThatThrownBy(() -> UnixConnection.connect(name, 50_000_000))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("EAGAIN");
        } finally {
            waiting.forEach(UnixConnection::close);
        }
    }

    private String receiveText() {
        int count = pair.server.receive(buffer, fds, PATIENCE);
        return new String(buffer, 0, count, UTF_8);
    }
}
