package dev.faultline.guest.qemu.qmp;

import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.os.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** A QMP server that says any bytes, in one go or as answers to what it is asked. */
public final class ScriptedQemu implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static final byte[] END_OF_LINE = {10}; // a message has at least one byte

    public final String name =
            "@faultline-scripted-qmp-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    private final UnixListener listener = UnixListener.listen(name);
    private final BlockingQueue<Consumer<UnixConnection>> scripts = new ArrayBlockingQueue<>(1);
    private final Set<String> commands = new TreeSet<>();
    private final Thread thread;
    private volatile boolean closed;

    public ScriptedQemu() {
        thread = Thread.ofPlatform().daemon().name("scripted-qemu").start(this::serve);
    }

    /** Has the next connection say these bytes, and end. */
    public void say(byte[] bytes) throws InterruptedException {
        scripts.put(connection -> connection.send(bytes.length == 0 ? END_OF_LINE : bytes, List.of()));
    }

    /**
     * Has the next connection greet with the first line, and answer each command with the next. Then the command is
     * refused, which is dropped if the line was an answer: so nobody waits for an answer in vain.
     */
    public void answer(byte[] lines) throws InterruptedException {
        scripts.put(connection -> answer(connection, lines));
    }

    /** {@return the commands that have come so far} */
    public Set<String> commands() {
        synchronized (commands) {
            return Set.copyOf(commands);
        }
    }

    private void serve() {
        while (!closed) {
            try (UnixConnection connection = listener.accept()) {
                scripts.take().accept(connection);
            } catch (InterruptedException e) {
                return;
            } catch (LinuxException | IllegalStateException e) {
                // The client has hung up, or nobody listens any more.
            }
        }
    }

    private void answer(UnixConnection connection, byte[] script) {
        int at = sayLine(connection, script, 0);
        LineReader lines = new LineReader(connection);
        while (lines.next(-1) == LineReader.Outcome.LINE) {
            ObjectNode request = Json.parseObject(lines.line());
            synchronized (commands) {
                commands.add(request.path("execute").asString(""));
            }
            at = at < script.length ? sayLine(connection, script, at) : at;
            ObjectNode refusal = Json.object().put("id", request.path("id").asLong(0));
            refusal.putObject("error").put("class", "GenericError").put("desc", "the script is over");
            connection.send(Json.line(refusal), List.of());
        }
    }

    private static int sayLine(UnixConnection connection, byte[] script, int from) {
        int end = from;
        while (end < script.length && script[end] != '\n') {
            end++;
        }
        String line = new String(script, from, end - from, StandardCharsets.ISO_8859_1) + "\n";
        connection.send(line.getBytes(StandardCharsets.ISO_8859_1), List.of());
        return end + 1;
    }

    @Override
    public void close() {
        closed = true;
        listener.close();
        thread.interrupt();
    }
}
