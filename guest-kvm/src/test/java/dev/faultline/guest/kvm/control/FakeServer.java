package dev.faultline.guest.kvm.control;

import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Something that listens, and says to whoever connects what a test wants. Connections stay open
 * until it is closed, or the script closes them. */
final class FakeServer implements AutoCloseable {
    /** What is said on a connection. */
    interface Script {
        void play(UnixConnection connection);
    }

    private final UnixListener listener;
    private final List<UnixConnection> connections = new CopyOnWriteArrayList<>();

    FakeServer(String name, Script script) {
        listener = UnixListener.listen(name);
        Thread.ofPlatform().daemon().name("fake-server").start(() -> serve(script));
    }

    private void serve(Script script) {
        try {
            while (true) {
                UnixConnection connection = listener.accept();
                connections.add(connection);
                script.play(connection);
            }
        } catch (LinuxException | IllegalStateException e) {
            // Closed.
        }
    }

    @Override
    public void close() {
        listener.close();
        connections.forEach(UnixConnection::close);
    }
}
