package dev.faultline.guest.kvm.control;

import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import tools.jackson.databind.node.ObjectNode;

/**
 * A guest's process that greets with the first line of a script and answers each command with the next, whatever that is;
 * then it refuses the command, which is dropped if the line was an answer. So nobody waits for an answer in vain.
 */
final class ScriptedGuest implements AutoCloseable {
    final String name = ServerFixture.freshName();
    private final UnixListener listener = UnixListener.listen(name);
    private final BlockingQueue<List<byte[]>> scripts = new ArrayBlockingQueue<>(1);
    private final Set<String> commands = new TreeSet<>();
    private final List<Fd> fds;
    private final Thread thread;
    private volatile boolean closed;

    /** With descriptors that go with what answers "attach". */
    ScriptedGuest(List<Fd> fds) {
        this.fds = fds;
        thread = Thread.ofPlatform().daemon().name("scripted-guest").start(this::serve);
    }

    /** Says what the next connection gets. */
    void script(List<byte[]> lines) throws InterruptedException {
        scripts.put(lines);
    }

    /** {@return which commands have come; after {@link #close} or between connections} */
    Set<String> commands() {
        synchronized (commands) {
            return Set.copyOf(commands);
        }
    }

    private void serve() {
        while (!closed) {
            try (UnixConnection connection = listener.accept()) {
                play(connection, scripts.take());
            } catch (InterruptedException e) {
                return;
            } catch (LinuxException | IllegalStateException e) {
                // The engine has hung up, or nobody listens any more.
            }
        }
    }

    private void play(UnixConnection connection, List<byte[]> script) {
        say(connection, script.getFirst(), List.of());
        LineReader lines = new LineReader(connection);
        for (int next = 1; lines.next(-1) == LineReader.Outcome.LINE; next++) {
            ObjectNode request = Json.parseObject(lines.line());
            String command = request.path("execute").asString("");
            synchronized (commands) {
                commands.add(command);
            }
            if (next < script.size()) {
                say(connection, script.get(next), command.equals("attach") ? fds : List.of());
            }
            ObjectNode refusal = Json.object().put("id", request.path("id").asLong(0));
            refusal.putObject("error").put("desc", "the script is over");
            connection.send(Json.line(refusal), List.of());
        }
    }

    private static void say(UnixConnection connection, byte[] line, List<Fd> with) {
        byte[] whole = Arrays.copyOf(line, line.length + 1);
        whole[line.length] = "\n".getBytes(StandardCharsets.US_ASCII)[0];
        connection.send(whole, with);
    }

    @Override
    public void close() {
        closed = true;
        listener.close();
        thread.interrupt();
    }
}
