package dev.faultline.guest.qemu.qmp;

import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.LineReader.Outcome;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.os.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.ObjectNode;

/** A QMP server that greets, leaves the negotiation mode, and then does what a test wants. */
public final class FakeQemu implements AutoCloseable {
    static final String GREETING =
            "{\"QMP\": {\"version\": {\"qemu\": {\"major\": 7}}, \"capabilities\": [\"oob\"]}}\r\n";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** What is said when a command comes. */
    public interface Script {
        void answer(FakeQemu qemu, String command, long id);
    }

    public final String name = "@faultline-qmp-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    private final UnixListener listener = UnixListener.listen(name);
    private final List<UnixConnection> connections = new CopyOnWriteArrayList<>();
    private final Script script;

    public FakeQemu(Script script) {
        this.script = script;
        Thread.ofPlatform().daemon().name("fake-qemu").start(this::serve);
    }

    private void serve() {
        try {
            while (true) {
                UnixConnection connection = listener.accept();
                connections.add(connection);
                say(GREETING);
                answer(connection);
            }
        } catch (LinuxException | IllegalStateException e) {
            // Closed.
        }
    }

    private void answer(UnixConnection connection) {
        LineReader lines = new LineReader(connection);
        while (lines.next(-1) == Outcome.LINE) {
            ObjectNode request = Json.parseObject(lines.line());
            String command = request.path("execute").asString("");
            long id = request.path("id").asLong(0);
            if (command.equals("qmp_capabilities")) {
                give(id, "{}");
            } else {
                script.answer(this, command, id);
            }
        }
    }

    public void say(String text) {
        connections.getLast().send(text.getBytes(StandardCharsets.UTF_8), List.of());
    }

    public void give(long id, String value) {
        say("{\"return\": " + value + ", \"id\": " + id + "}\r\n");
    }

    void event(String name, String data) {
        say("{\"timestamp\": {\"seconds\": 1795404838, \"microseconds\": 37228}, \"event\": \"" + name
                + "\", \"data\": " + data + "}\r\n");
    }

    void hangUp() {
        connections.getLast().close();
    }

    @Override
    public void close() {
        listener.close();
        connections.forEach(UnixConnection::close);
    }
}
