package dev.faultline.guest.kvm.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.LineReader.Outcome;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.Fd;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** A peer of the control socket that sends whatever a test wants. It has read the greeting. */
final class RawPeer implements AutoCloseable {
    final ObjectNode greeting;
    private final UnixConnection connection;
    private final LineReader lines;

    RawPeer(String name) {
        connection = UnixConnection.connect(name);
        lines = new LineReader(connection);
        greeting = read();
    }

    void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8), List.of());
    }

    void send(byte[] bytes, List<Fd> fds) {
        connection.send(bytes, fds);
    }

    ObjectNode read() {
        assertThat(lines.next(ServerFixture.LIMIT_NANOS)).isEqualTo(Outcome.LINE);
        return Json.parseObject(lines.line());
    }

    void expectEnd() {
        assertThat(lines.next(ServerFixture.LIMIT_NANOS)).isEqualTo(Outcome.END);
    }

    ObjectNode ask(String line) {
        send(line + "\n");
        return read();
    }

    ObjectNode execute(String command) {
        return ask("{\"execute\":\"" + command + "\"}");
    }

    /** Executes, and returns the class of the error that is expected. */
    String errorOf(String command) {
        return errorClass(execute(command));
    }

    static String errorClass(ObjectNode answer) {
        assertThat(answer.path("error").path("desc").asString("")).isNotBlank();
        return answer.path("error").path("class").asString("");
    }

    @Override
    public void close() {
        connection.close();
        lines.closeFds();
    }
}
