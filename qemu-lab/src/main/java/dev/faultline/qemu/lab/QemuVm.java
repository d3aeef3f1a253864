package dev.faultline.qemu.lab;

import static java.util.Objects.requireNonNull;

import dev.faultline.qemu.lab.guest.ProbeLog;
import dev.faultline.qemu.lab.host.Cleanup;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.Waiting;
import dev.faultline.qemu.lab.qmp.QmpWatch;
import dev.faultline.qemu.lab.serial.SerialLog;
import dev.faultline.qemu.lab.serial.SerialTail;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A machine: a QEMU process of this one, with two monitors, of which the lab uses one and leaves the other to an engine.
 * Closing it leaves nothing: no process, file, mount or huge page.
 */
public final class QemuVm implements AutoCloseable {
    private static final Duration START_TIME = Duration.ofMinutes(1);
    private static final Duration BOOT_TIME = Duration.ofMinutes(3);
    private static final long END_SECONDS = 20;
    private static final long LAST_WORDS_MILLIS = 500;

    private final VmSpec spec;
    private final VmFiles files;
    private final Cleanup cleanup;
    private final Process process;
    private final SerialTail serial;
    private final QmpWatch watch;

    private QemuVm(VmSpec spec, VmFiles files, Cleanup cleanup, Process process) throws IOException {
        this.spec = spec;
        this.files = files;
        this.cleanup = cleanup;
        this.process = process;
        watch = connect(files.of(QemuCommand.WATCH));
        cleanup.add(watch::close);
        serial = SerialTail.of(spec.name(), files.of(QemuCommand.SERIAL));
        cleanup.add(serial::close);
        // Last first: the process ends, then its serial file is read to the end.
        cleanup.add(this::kill);
    }

    /**
     * Starts a machine, and returns when its monitors answer.
     *
     * @param spec what it is to be like
     * @return its owner
     * @throws LabException if something that it needs is missing, or QEMU ends; the message has what it said
     */
    public static QemuVm start(VmSpec spec) {
        Cleanup cleanup = new Cleanup();
        boolean started = false;
        try {
            VmFiles files = VmFiles.create(spec, cleanup);
            Process process = launch(QemuCommand.of(spec, files), files);
            cleanup.add(() -> end(process));
            QemuVm vm = new QemuVm(spec, files, cleanup, process);
            started = true;
            return vm;
        } catch (IOException e) {
            throw new LabException("cannot start machine " + spec.name() + ": " + e.getMessage(), e);
        } finally {
            if (!started) {
                cleanup.close();
            }
        }
    }

    private static Process launch(List<String> command, VmFiles files) throws IOException {
        Path errors = files.of(QemuCommand.ERRORS);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(errors.toFile())
                .start();
    }

    /** The lab's monitor is the last one that QEMU makes: when it takes a connection, so does the engine's. */
    private QmpWatch connect(Path socket) {
        AtomicReference<@Nullable QmpWatch> connected = new AtomicReference<>();
        Waiting.until(
                START_TIME,
                () -> {
                    if (!process.isAlive()) {
                        throw new LabException("QEMU of machine " + name() + " has ended with status "
                                + process.exitValue() + ": " + errors());
                    }
                    connected.set(tryToConnect(socket));
                    return connected.get() != null;
                },
                () -> "QEMU of machine " + name() + " does not open " + socket + ": " + errors());
        return requireNonNull(connected.get());
    }

    private @Nullable QmpWatch tryToConnect(Path socket) {
        try {
            return QmpWatch.connect(socket);
        } catch (IOException e) {
            return null; // it has not made it yet, or does not listen yet
        } catch (LabException e) {
            // QEMU opens its monitors before it has looked at everything, so it may still end, and say why.
            Waiting.sleepMillis(LAST_WORDS_MILLIS);
            throw new LabException("QEMU of machine " + name() + " does not answer: " + errors(), e);
        }
    }

    /** {@return what it is like} */
    public VmSpec spec() {
        return spec;
    }

    /** {@return its name} */
    public String name() {
        return spec.name();
    }

    /** {@return QEMU's process} */
    public long processId() {
        return process.pid();
    }

    /** {@return whether QEMU runs, with a guest or without} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** {@return the socket of the monitor that an engine may have for itself} */
    public Path engineSocket() {
        return files.of(QemuCommand.ENGINE);
    }

    /** {@return the file that has the process's id} */
    public Path pidFile() {
        return files.of(QemuCommand.PID);
    }

    /** {@return the files of its memory, one for each node; none if it has no names} */
    public List<Path> memoryFiles() {
        return spec.backing().file()
                ? IntStream.range(0, spec.memoryNodes()).mapToObj(files::memory).toList()
                : List.of();
    }

    /** {@return the lab's monitor} */
    public QmpWatch watch() {
        return watch;
    }

    /**
     * Copies some of the guest's memory, whatever that is, and whether the guest runs or not. A page that is not there yet
     * is waited for.
     *
     * @param address in the guest's physical memory
     * @param lengthBytes how much
     * @return the copy
     */
    public byte[] readMemory(long address, int lengthBytes) {
        Path file = files.of(QemuCommand.SAVED);
        watch.execute("pmemsave", Map.of("val", address, "size", lengthBytes, "filename", file.toString()));
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new LabException("cannot read what QEMU saved of the memory of machine " + name(), e);
        }
    }

    /** {@return what the guest's probe has noted here} */
    public ProbeLog probes() {
        return new ProbeLog(spec.load(), this::readMemory);
    }

    /** {@return what the guest prints} */
    public SerialTail serial() {
        return serial;
    }

    /** {@return what the guest has printed here until now; also after the end} */
    public SerialLog log() {
        return serial.log();
    }

    /** {@return what QEMU itself has said; empty if that cannot be read any more} */
    public String errors() {
        try {
            return new String(Files.readAllBytes(files.of(QemuCommand.ERRORS)), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** {@return QEMU's word for the state of the guest: running, paused, inmigrate, postmigrate and so on} */
    public String status() {
        return watch.execute("query-status").path("status").stringValue("");
    }

    /**
     * Waits until the guest has filled its memory.
     *
     * @throws LabException if it has not in three minutes
     */
    public void awaitReady() {
        await(BOOT_TIME, SerialLog::ready);
    }

    /**
     * Waits for the guest to print something.
     *
     * @param atMost how long
     * @param condition what the log has to be like
     * @return the log that is
     * @throws LabException if it is not in time, or QEMU has ended
     */
    public SerialLog await(Duration atMost, Predicate<SerialLog> condition) {
        return serial.await(atMost, condition, this::mustRun);
    }

    /**
     * Waits for heartbeats.
     *
     * @param count how many more
     * @param atMost how long
     * @return the log that has them
     * @throws LabException if there are fewer in time, or QEMU has ended
     */
    public SerialLog awaitHeartbeats(int count, Duration atMost) {
        return serial.awaitHeartbeats(count, atMost, this::mustRun);
    }

    private void mustRun() {
        if (!process.isAlive()) {
            throw new LabException("QEMU of machine " + name() + " has ended with status " + process.exitValue() + ": "
                    + errors() + "; its guest printed: " + log().tail());
        }
    }

    /** {@return QEMU's exit status; empty if it runs} */
    public Optional<Integer> exitStatus() {
        return process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
    }

    /** Asks QEMU to end, and waits for it. */
    public void quit() {
        try {
            watch.execute("quit");
        } catch (LabException e) {
            // It may go before it has answered.
            awaitEnd(e);
            return;
        }
        awaitEnd(null);
    }

    /** Ends QEMU at once. Its memory file stays until the machine is closed. */
    public void kill() {
        end(process);
    }

    @Override
    public void close() {
        cleanup.close();
    }

    private void awaitEnd(@Nullable LabException cause) {
        if (!ended(process)) {
            LabException failure = new LabException("QEMU of machine " + name() + " does not quit");
            if (cause != null) {
                failure.addSuppressed(cause);
            }
            throw failure;
        }
    }

    /** SIGKILL, because a vCPU that waits for a page that nobody brings takes no other signal. */
    private static void end(Process process) {
        process.destroyForcibly();
        if (!ended(process)) {
            throw new LabException("process " + process.pid() + " does not end");
        }
    }

    private static boolean ended(Process process) {
        boolean interrupted = Thread.interrupted();
        try {
            return process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
