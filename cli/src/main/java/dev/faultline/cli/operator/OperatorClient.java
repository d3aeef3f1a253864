package dev.faultline.cli.operator;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/** Asks a move, through its control socket. */
public final class OperatorClient {
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Longer than the engine takes to say that it is late. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(25);

    private OperatorClient() {}

    /**
     * {@return the answer to a word}
     *
     * @param name the control socket: a path, or {@code @name}
     * @param word the word
     * @throws OperatorException if nobody answers
     */
    public static ObjectNode ask(String name, String word) throws OperatorException {
        try (UnixConnection connection = UnixConnection.connect(name, CONNECT_NANOS)) {
            connection.send((word + "\n").getBytes(StandardCharsets.UTF_8), List.of());
            LineReader lines = new LineReader(connection);
            boolean answered = lines.next(ANSWER_NANOS) == LineReader.Outcome.LINE;
            lines.closeFds();
            Optional<ObjectNode> answer =
                    answered ? Json.parse(new String(lines.line(), StandardCharsets.UTF_8)) : Optional.empty();
            return answer.orElseThrow(
                    () -> new OperatorException("The move at '" + name + "' did not answer: it may have just ended"));
        } catch (LinuxException | IllegalArgumentException e) {
            throw new OperatorException(
                    "There is no move at '" + name + "': " + e.getMessage() + ". 'migrate' says where its socket is",
                    e);
        }
    }
}
