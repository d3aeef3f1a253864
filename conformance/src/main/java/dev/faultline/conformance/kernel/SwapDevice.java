package dev.faultline.conformance.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Swap on a compressed RAM disk of its own, for as long as this process lives. A shell attaches it, waits for the end of a
 * pipe, and takes it away again: also when this process is killed.
 */
public final class SwapDevice implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(15);

    // At the lowest priority: what else swaps here goes on to use what it has.
    private static final String SCRIPT = """
            trap '' INT TERM HUP QUIT
            control=/sys/class/zram-control
            number=$(cat $control/hot_add 2>/dev/null) || { echo "no zram"; exit 1; }
            device=/dev/zram$number
            {
                echo 64M >/sys/block/zram$number/disksize && mkswap $device && swapon -p 0 $device
            } >/dev/null 2>&1 && echo $device || echo "refused"
            cat >/dev/null
            swapoff $device 2>/dev/null
            echo 1 >/sys/block/zram$number/reset
            echo $number >$control/hot_remove
            """;

    private final Process watcher;
    private final String path;

    private SwapDevice(Process watcher, String path) {
        this.watcher = watcher;
        this.path = path;
    }

    /** {@return the device} */
    String path() {
        return path;
    }

    /** {@return swap, or nothing where this user or this kernel cannot have it} */
    public static Optional<SwapDevice> attach() {
        try {
            Process watcher = new ProcessBuilder(List.of("setsid", "sh", "-c", SCRIPT))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(watcher.getInputStream(), StandardCharsets.UTF_8));
            SwapDevice device = new SwapDevice(watcher, String.valueOf(answers.readLine()));
            if (device.path.startsWith("/dev/")) {
                return Optional.of(device);
            }
            device.close();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            watcher.getOutputStream().close();
            boolean _ = watcher.waitFor(END);
        } catch (IOException e) {
            // The pipe is closed by the end of this process, too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
