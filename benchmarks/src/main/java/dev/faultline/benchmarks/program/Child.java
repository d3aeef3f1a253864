package dev.faultline.benchmarks.program;

import dev.faultline.uffd.os.Processes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process, which answers each line that it is sent with a line. It is told to end by the end of its input. */
public final class Child implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 10;

    private final Process process;
    private final PrintStream input;
    private final BufferedReader output;

    private Child(Process process) {
        this.process = process;
        input = new PrintStream(process.getOutputStream(), false, StandardCharsets.US_ASCII);
        output = process.inputReader(StandardCharsets.US_ASCII);
    }

    static Child start(List<String> command) throws IOException {
        return new Child(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /**
     * Starts another JVM with this one's class path, and with what an engine's has.
     *
     * @param prefix what is put before the command, say to run it in a namespace
     * @param main its main class
     * @param arguments what main gets
     * @return the process
     * @throws IOException if it cannot be started
     */
    public static Child java(List<String> prefix, Class<?> main, String... arguments) throws IOException {
        return java(prefix, List.of(), main, arguments);
    }

    /**
     * Starts another JVM with this one's class path, and with more than what an engine's has.
     *
     * @param prefix what is put before the command, say to run it in a namespace
     * @param options of the JVM, after those that an engine's has
     * @param main its main class
     * @param arguments what main gets
     * @return the process
     * @throws IOException if it cannot be started
     */
    public static Child java(List<String> prefix, List<String> options, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xms16m", "-Xmn8m", "-Xmx1g", "-XX:-UsePerfData"));
        if (Processes.isRoot()) {
            command.addAll(List.of("-XX:ThreadPriorityPolicy=1", "-XX:CompilerThreadPriority=5"));
        }
        // What the JVM itself has to say is no answer.
        command.addAll(List.of("-XX:+DisplayVMOutputToStderr", "-Xlog:disable", "-Xlog:all=error:stderr"));
        command.addAll(options);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(Arrays.asList(arguments));
        return start(command);
    }

    /**
     * Sends a line.
     *
     * @param command the line
     */
    public void tell(String command) {
        input.println(command);
        input.flush();
    }

    /**
     * Sends a line and waits for the answer.
     *
     * @param command the line
     * @return the answer
     * @throws IOException if the process has ended, after a word on standard error
     */
    public String ask(String command) throws IOException {
        tell(command);
        return answer();
    }

    /**
     * {@return the next line that it says}
     *
     * @throws IOException if the process has ended, after a word on standard error
     */
    public String answer() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the program has ended too early: "
                    + process.info().command().orElse("it"));
        }
        return line;
    }

    /**
     * {@return the numbers of a line}
     *
     * @param line numbers, and a blank between each two
     */
    public static long[] numbers(String line) {
        return Arrays.stream(line.strip().split(" ", -1))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    /** Ends it. */
    @Override
    public void close() {
        input.close();
        try {
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
