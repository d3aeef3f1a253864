package dev.faultline.uffd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A second JVM with the tests' classes. It is killed when it is closed, and by the kernel when the test JVM dies: its main
 * begins with {@link ChildMain}.
 */
public final class ChildJvm implements AutoCloseable {
    private static final Duration STEP = Duration.ofMillis(20);

    private final Process process;
    private final FileChannel output;

    private ChildJvm(List<String> command) {
        try {
            Path file = Files.createTempFile("faultline-child", ".log");
            output = FileChannel.open(file, StandardOpenOption.READ);
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(file.toFile())
                    .start();
            Files.delete(file); // now, for this JVM may be killed by its own test
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    /** {@return a JVM with small needs that runs this class} */
    public static ChildJvm start(Class<?> main, String... arguments) {
        return start(main, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), arguments);
    }

    /** {@return a JVM with these options that runs this class} */
    public static ChildJvm start(Class<?> main, List<String> options, String... arguments) {
        return startWithPrefix(List.of(), main, options, arguments);
    }

    /** {@return a JVM that another command starts} */
    public static ChildJvm startWithPrefix(
            List<String> prefix, Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), main.getName()));
        command.add(Long.toString(ProcessHandle.current().pid()));
        command.addAll(List.of(arguments));
        return new ChildJvm(command);
    }

    private static String classPath() {
        return rootOf(ChildJvm.class) + ":" + rootOf(Uffd.class);
    }

    /** Where a class really is: the code source of a patched module does not tell. */
    private static Path rootOf(Class<?> type) {
        String name = "/" + type.getName().replace('.', '/') + ".class";
        String path = Path.of(java.net.URI.create(String.valueOf(type.getResource(name))))
                .toString();
        return Path.of(path.substring(0, path.length() - name.length()));
    }

    /** {@return its process id} */
    public long pid() {
        return process.pid();
    }

    /** {@return whether it ends in that time} */
    public boolean endsWithin(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError("the test was interrupted", e);
        }
    }

    /** {@return how it ended} */
    public int exitCode() {
        return process.exitValue();
    }

    /** {@return whether it wrote this, in that time} */
    public boolean writesWithin(Duration limit, String text) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!output().contains(text)) {
            if (System.nanoTime() > deadline || endsWithin(STEP)) {
                return output().contains(text);
            }
        }
        return true;
    }

    /** {@return what it wrote so far} */
    public String output() {
        try {
            ByteBuffer bytes = ByteBuffer.allocate((int) output.size());
            output.read(bytes, 0);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it for certain, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        if (!endsWithin(Duration.ofSeconds(30))) {
            throw new AssertionError("process " + pid() + " survived SIGKILL");
        }
    }

    @Override
    public void close() {
        kill();
        try {
            output.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
