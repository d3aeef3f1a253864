package dev.faultline.qemu.lab.host;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a program of the host to its end. */
public final class Command {
    private static final long TIMEOUT_SECONDS = 300;

    private Command() {}

    /**
     * Runs a program in the working directory of this process.
     *
     * @param command the program and its arguments
     * @return what it printed, errors included
     * @throws LabException if it is not there, fails, or takes longer than five minutes
     */
    public static String run(String... command) {
        return runIn(Path.of(""), command);
    }

    /**
     * Runs a program.
     *
     * @param directory its working directory
     * @param command the program and its arguments
     * @return what it printed, errors included
     * @throws LabException if it is not there, fails, or takes longer than five minutes
     */
    public static String runIn(Path directory, String... command) {
        List<String> words = List.of(command);
        Path log = null;
        try {
            log = Files.createTempFile("fl-lab-", ".log");
            Process process = start(directory, words, log.toFile());
            boolean ended = waitFor(process);
            // Not as UTF-8 strictly: a message may quote anything.
            String output = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
            if (!ended || process.exitValue() != 0) {
                String how = ended ? "failed with status " + process.exitValue() : "did not end in time";
                throw new LabException(String.join(" ", words) + " " + how + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new LabException("cannot run " + String.join(" ", words) + ": " + e.getMessage(), e);
        } finally {
            delete(log);
        }
    }

    private static Process start(Path directory, List<String> words, File log) {
        try {
            return new ProcessBuilder(words)
                    .directory(directory.toAbsolutePath().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log)
                    .start();
        } catch (IOException e) {
            throw Tool.missing(words.getFirst(), e);
        }
    }

    private static boolean waitFor(Process process) {
        try {
            if (process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        return false;
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new LabException("cannot delete " + file, e);
        }
    }
}
