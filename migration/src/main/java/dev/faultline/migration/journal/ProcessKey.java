package dev.faultline.migration.journal;

import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Pidfd;
import dev.faultline.uffd.os.Poller;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process, told from a later one of the same number by when it began.
 *
 * @param processId its number
 * @param beganMillis when it began, in milliseconds since 1970; 0 if there is no such process
 */
public record ProcessKey(long processId, long beganMillis) {
    private static final Pattern FILE_NAME = Pattern.compile("(\\d{1,10})-(\\d{1,15})");

    /** {@return the process that has a number now} */
    static ProcessKey of(long processId) {
        long began = ProcessHandle.of(processId)
                .flatMap(process -> process.info().startInstant())
                .map(Instant::toEpochMilli)
                .orElse(0L);
        return new ProcessKey(processId, began);
    }

    /** {@return whether the process is still there} */
    public boolean isAlive() {
        return beganMillis != 0 && equals(of(processId));
    }

    /**
     * Ends the process, and no other that has its number by now, with SIGKILL.
     *
     * @param timeoutNanos how long to wait for its end
     * @return whether it has ended
     * @throws LinuxException EPERM if this user may not
     */
    public boolean kill(long timeoutNanos) {
        try (Pidfd process = Pidfd.open(processId)) {
            // Asked when the descriptor holds the number's process: it cannot become another one's any more.
            if (!isAlive()) {
                return true;
            }
            process.kill();
            return Poller.awaitReadable(process.fd(), timeoutNanos);
        } catch (LinuxException e) {
            if (!isAlive()) {
                return true;
            }
            throw e;
        }
    }

    String fileName() {
        return processId + "-" + beganMillis;
    }

    static Optional<ProcessKey> parse(String fileName) {
        Matcher matcher = FILE_NAME.matcher(fileName);
        return matcher.matches()
                ? Optional.of(new ProcessKey(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }
}
