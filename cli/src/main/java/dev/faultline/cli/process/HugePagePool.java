package dev.faultline.cli.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Huge pages that are in the machine's pool for as long as this process lives. A shell of its own adds them, waits for the
 * end of a pipe, and subtracts them again: also when this process is killed, and with it every other way to clean up. It
 * adds and subtracts, instead of setting and setting back, so that two of them do not undo each other.
 */
public final class HugePagePool implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(15);

    /*
     * The lock is on the file itself, so that reading and writing are one step among all who keep it. Files are read by
     * cat, because the read of some shells takes a byte at a time, and of this one gets the first digit. A pool that
     * shrinks below what is in use would only defer the rest to the kernel, but an operator who looks should see the old
     * number: so it waits for the pages to be free, up to some seconds. Surplus pages, which are in use and not in the
     * number, are the first that the kernel counts when it is raised: so it is raised by them too. They are taken off
     * again only if nobody has changed the number since: they would be missing from what others added.
     */
    private static final String SCRIPT = """
            trap '' INT TERM HUP QUIT
            pool=/proc/sys/vm/nr_hugepages
            state=/sys/kernel/mm/hugepages/hugepages-2048kB
            wanted=$1
            lock() { exec 9<$pool; flock 9 2>/dev/null || true; }
            unlock() { exec 9<&-; }
            lock
            before=$(cat $pool)
            all=$(cat $state/nr_hugepages)
            raise=$(($(cat $state/surplus_hugepages) + wanted))
            { echo $((before + raise)) >$pool; } 2>/dev/null || { echo refused; exit 1; }
            got=$(($(cat $state/nr_hugepages) - all))
            if [ "$got" -lt "$wanted" ]; then
                echo "$before" >$pool
                echo "$got"
                exit 1
            fi
            unlock
            echo OK
            cat >/dev/null
            tries=0
            while [ $tries -lt 50 ]; do
                free=$(($(cat $state/free_hugepages) - $(cat $state/resv_hugepages)))
                [ "$free" -lt "$wanted" ] || break
                sleep 0.1
                tries=$((tries + 1))
            done
            lock
            [ "$(cat $pool)" -eq $((before + raise)) ] || raise=$wanted
            left=$(($(cat $pool) - raise))
            [ "$left" -ge 0 ] || left=0
            echo "$left" >$pool
            """;

    private final Process watcher;
    private final Thread atShutdown = new Thread(this::giveBack, "faultline-give-back-huge-pages");

    private HugePagePool(Process watcher) {
        this.watcher = watcher;
        Runtime.getRuntime().addShutdownHook(atShutdown);
    }

    /**
     * Adds huge pages of 2 MiB to the pool.
     *
     * @param pages how many
     * @return their owner
     * @throws OperatorException if the kernel has no room for so many, or this user may not ask
     */
    public static HugePagePool add(long pages) throws OperatorException {
        try {
            // A session of its own where there is a program for it: Ctrl-C and a kill of the process group pass it by.
            Process watcher = new ProcessBuilder(List.of(
                            "sh",
                            "-c",
                            "if command -v setsid >/dev/null; then exec setsid sh -c \"$0\" faultline-huge-pages \"$1\";"
                                    + " else exec sh -c \"$0\" faultline-huge-pages \"$1\"; fi",
                            SCRIPT,
                            Long.toString(pages)))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            HugePagePool pool = new HugePagePool(watcher);
            pool.awaitAnswer(pages);
            return pool;
        } catch (IOException e) {
            throw new OperatorException("The watcher of the huge pages cannot be started: " + e.getMessage(), e);
        }
    }

    private void awaitAnswer(long pages) throws IOException, OperatorException {
        BufferedReader answers =
                new BufferedReader(new InputStreamReader(watcher.getInputStream(), StandardCharsets.UTF_8));
        String answer = answers.readLine();
        if ("OK".equals(answer)) {
            return;
        }
        close();
        if (answer == null || answer.equals("refused")) {
            throw new OperatorException(
                    "This user may not change the pool of huge pages; run it as root, or reserve them before");
        }
        throw new OperatorException("The kernel found room for " + answer + " of the " + pages
                + " huge pages of 2 MiB that are missing; free some memory, or use a smaller guest");
    }

    private void giveBack() {
        try {
            watcher.getOutputStream().close();
            boolean _ = watcher.waitFor(END);
        } catch (IOException e) {
            // The pipe is closed by the end of this process, too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        giveBack();
        try {
            Runtime.getRuntime().removeShutdownHook(atShutdown);
        } catch (IllegalStateException e) {
            // It runs.
        }
    }
}
