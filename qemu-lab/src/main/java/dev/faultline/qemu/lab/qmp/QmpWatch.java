package dev.faultline.qemu.lab.qmp;

import dev.faultline.qemu.lab.host.LabException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A connection to one of QEMU's monitors that remembers all events. An engine has another monitor, so that the lab sees
 * what happens without taking part. Safe for use by several threads; a command waits for the one before.
 */
public final class QmpWatch implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long COMMAND_SECONDS = 60;

    private final SocketChannel channel;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private final EventLog events = new EventLog();
    private final Thread reader;
    private long nextId;

    private QmpWatch(SocketChannel channel) {
        this.channel = channel;
        reader = Thread.ofPlatform().daemon().name("qmp-watch").unstarted(this::read);
    }

    /**
     * Connects, and ends the negotiation, so that events come.
     *
     * @param socket the monitor's socket
     * @return the connection
     * @throws IOException if nobody listens there
     * @throws LabException if it is not a monitor's, or it does not answer
     */
    public static QmpWatch connect(Path socket) throws IOException {
        QmpWatch watch = new QmpWatch(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        watch.reader.start();
        try {
            watch.execute("qmp_capabilities");
            return watch;
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
    }

    /**
     * Executes a command without arguments.
     *
     * @param command its name
     * @return what it returns
     * @throws LabException if QEMU refuses it, has gone, or does not answer within a minute
     */
    public JsonNode execute(String command) {
        return execute(command, Map.of());
    }

    /**
     * Executes a command.
     *
     * @param command its name
     * @param arguments its arguments: strings, numbers, truth values, maps and lists of such
     * @return what it returns
     * @throws LabException if QEMU refuses it, has gone, or does not answer within a minute
     */
    public synchronized JsonNode execute(String command, Map<String, ?> arguments) {
        String id = command + "-" + nextId++;
        ObjectNode request = JSON.createObjectNode().put("execute", command).put("id", id);
        if (!arguments.isEmpty()) {
            request.set("arguments", JSON.<JsonNode>valueToTree(arguments));
        }
        send(JSON.writeValueAsString(request) + "\n");
        JsonNode answer = answerTo(id);
        if (answer == null) {
            throw new LabException("QEMU does not answer " + request);
        }
        if (!answer.has("return")) {
            throw new LabException("QEMU refuses " + request + ": " + answer);
        }
        return answer.path("return");
    }

    /** {@return all events until now, in their order} */
    public List<QmpEvent> events() {
        return events.all();
    }

    /**
     * {@return the first event of a kind from a time on, if there was one}
     *
     * @param name its name
     * @param sinceMicros the time, in microseconds since 1970
     */
    public Optional<QmpEvent> first(String name, long sinceMicros) {
        return events.first(name, sinceMicros);
    }

    /**
     * Waits for an event.
     *
     * @param name its name
     * @param sinceMicros the time from which on, in microseconds since 1970
     * @param atMost how long to wait
     * @return it
     * @throws LabException if it does not come in time
     */
    public QmpEvent await(String name, long sinceMicros, Duration atMost) {
        return events.await(name, sinceMicros, atMost);
    }

    @Override
    public void close() {
        try {
            channel.close();
            reader.join();
        } catch (IOException e) {
            throw new LabException("cannot close the connection to QEMU", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(String line) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new LabException("QEMU has gone: " + e.getMessage(), e);
        }
    }

    /** The answer of that command, and not one that came too late; null if there is none. */
    private @Nullable JsonNode answerTo(String id) {
        try {
            JsonNode answer = answers.poll(COMMAND_SECONDS, TimeUnit.SECONDS);
            while (answer != null && !answer.path("id").asString(id).equals(id)) {
                answer = answers.poll(COMMAND_SECONDS, TimeUnit.SECONDS);
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for QEMU", e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                take(JSON.readTree(line));
            }
            answers.add(JSON.createObjectNode().put("error", "it has closed the connection"));
        } catch (IOException e) {
            answers.add(JSON.createObjectNode().put("error", String.valueOf(e)));
        }
    }

    private void take(JsonNode message) {
        if (message.has("event")) {
            JsonNode time = message.path("timestamp");
            long micros = time.path("seconds").longValue() * MICROS_PER_SECOND
                    + time.path("microseconds").longValue();
            events.add(new QmpEvent(message.path("event").stringValue(), micros, message.path("data")));
        } else if (!message.has("QMP")) {
            answers.add(message);
        }
    }
}
