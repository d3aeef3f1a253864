package dev.faultline.uffd.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.NativeThread;
import dev.faultline.uffd.OpenFiles;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class UnixListenerTest {
    private static final int SIGUSR1 = 10;

    @TempDir
    private Path directory;

    @Test
    void aPathIsAFileAsLongAsItListens() {
        Path path = directory.resolve("socket");
        try (UnixListener listener = UnixListener.listen(path.toString())) {
            assertThat(path).exists();
            assertConnects(path.toString(), listener);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void anAbstractNameLeavesNoFile() throws IOException {
        String name = ConnectedPair.uniqueName();
        try (UnixListener listener = UnixListener.listen(name)) {
            assertThat(Path.of(name)).doesNotExist();
            // Other programs reach it by exactly these bytes: the kernel would show padding as more of '@'.
            assertThat(Files.readAllLines(Path.of("/proc/net/unix"))).anyMatch(line -> line.endsWith(" " + name));
            assertConnects(name, listener);
        }
        assertThatThrownBy(() -> UnixConnection.connect(name)).hasMessageContaining("ECONNREFUSED");
    }

    @Test
    void namesThatBeginAlikeAreDifferent() {
        String name = ConnectedPair.uniqueName();
        try (UnixListener _ = UnixListener.listen(name);
                UnixListener longer = UnixListener.listen(name + "0")) {
            assertConnects(name + "0", longer);
        }
    }

    @Test
    void theFileOfADeadProcessIsReplaced() {
        Path path = directory.resolve("stale");
        leaveBehind(path);
        try (UnixListener listener = UnixListener.listen(path.toString())) {
            assertConnects(path.toString(), listener);
        }
    }

    @Test
    void aNameInUseIsRefusedAndItsListenerIsNotDisturbed() {
        Path path = directory.resolve("live");
        try (UnixListener listener = UnixListener.listen(path.toString())) {
            assertThatThrownBy(() -> UnixListener.listen(path.toString()))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("bind(" + path + ")")
                    .hasMessageContaining("EADDRINUSE")
                    .hasMessageContaining("listens there already");
            assertConnects(path.toString(), listener);
        }
    }

    /** The connections that wait in its queue are all it can take; asking must not become one more that waits. */
    @Test
    void aBusyListenerIsNotTakenForDeadNorWaitedFor() {
        Path path = directory.resolve("busy");
        List<UnixConnection> waiting = new ArrayList<>();
        try (UnixListener _ = UnixListener.listen(path.toString())) {
            for (int i = 0; i <= 16; i++) {
                waiting.add(UnixConnection.connect(path.toString()));
            }
            assertThatThrownBy(() -> UnixListener.listen(path.toString())).hasMessageContaining("EADDRINUSE");
        } finally {
            waiting.forEach(UnixConnection::close);
        }
    }

    @Test
    void anAbstractNameInUseIsRefused() {
        String name = ConnectedPair.uniqueName();
        try (UnixListener _ = UnixListener.listen(name)) {
            assertThatThrownBy(() -> UnixListener.listen(name))
                    .hasMessageContaining("EADDRINUSE")
                    .hasMessageContaining("listens there already");
        }
    }

    /** connect(2) says of it what it says of a dead socket. */
    @Test
    void aFileThatIsNoSocketIsNeverTakenAway() throws IOException {
        Path path = Files.writeString(directory.resolve("notes.txt"), "precious");
        assertThatThrownBy(() -> UnixListener.listen(path.toString()))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("no socket");
        assertThat(path).hasContent("precious");
    }

    @Test
    void aLinkToADeadSocketIsNotFollowed() throws IOException {
        Path path = directory.resolve("target");
        leaveBehind(path);
        Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        assertThatThrownBy(() -> UnixListener.listen(link.toString())).hasMessageContaining("EADDRINUSE");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void closingLeavesTheFileOfItsSuccessorAlone() throws IOException {
        Path path = directory.resolve("socket");
        UnixListener first = UnixListener.listen(path.toString());
        Files.delete(path);
        try (UnixListener second = UnixListener.listen(path.toString())) {
            first.close();
            first.close();
            assertConnects(path.toString(), second);
        }
    }

    @Test
    void closingEndsAWaitForConnections() {
        String name = ConnectedPair.uniqueName();
        UnixListener listener = UnixListener.listen(name);
        try (NativeThread thread = new NativeThread()) {
            CompletableFuture<UnixConnection> waiting = thread.run(listener::accept);
            assertThat(NativeThread.isStuck(waiting)).isTrue();
            listener.close();
            assertThatThrownBy(() -> NativeThread.await(waiting))
                    .hasRootCauseMessage("accept(" + name + ") failed: EINVAL (invalid argument)");
        }
        assertThatThrownBy(listener::accept).isInstanceOf(LinuxException.class).hasMessageContaining("EINVAL");
    }

    @Test
    void aSignalDoesNotEndAWaitForConnections() {
        NativeMemory.ignoreButInterrupt(SIGUSR1);
        String name = ConnectedPair.uniqueName();
        try (UnixListener listener = UnixListener.listen(name);
                NativeThread thread = new NativeThread()) {
            int threadId = thread.id();
            CompletableFuture<UnixConnection> waiting = thread.run(listener::accept);
            assertThat(NativeThread.isStuck(waiting)).isTrue();
            assertThat(LibC.tgkill(LibC.getpid(), threadId, SIGUSR1)).isZero();
            assertThat(NativeThread.isStuck(waiting)).isTrue();
            UnixConnection.connect(name).close();
            NativeThread.await(waiting).close();
        }
    }

    @Test
    void aNameThatIsTooLongIsNamedAndLeaksNothing() {
        String longest = "@" + "x".repeat(106);
        UnixListener.listen(longest).close();
        long leaked = OpenFiles.leakedBy(() -> assertThatThrownBy(() -> UnixListener.listen(longest + "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 107 bytes")
                .hasMessageContaining("has 108"));
        assertThat(leaked).isZero();
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        Path path = directory.resolve("missing").resolve("socket");
        assertThatThrownBy(() -> UnixListener.listen(path.toString()))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("ENOENT");
    }

    /** Binds and lets go without unlinking, as a process does that is killed. */
    private static void leaveBehind(Path path) {
        try (UnixSocket socket = UnixSocket.open(UnixSocket.SOCK_STREAM)) {
            assertThat(socket.bind(path.toString())).isZero();
        }
        assertThat(path).exists();
    }

    private static void assertConnects(String name, UnixListener listener) {
        try (UnixConnection client = UnixConnection.connect(name);
                UnixConnection server = listener.accept()) {
            client.send(new byte[] {42}, List.of());
            byte[] buffer = new byte[2];
            assertThat(server.receive(buffer, new ArrayList<>(), -1)).isEqualTo(1);
            assertThat(buffer[0]).isEqualTo((byte) 42);
        }
    }
}
