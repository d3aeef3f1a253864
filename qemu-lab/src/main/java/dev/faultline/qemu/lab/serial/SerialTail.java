package dev.faultline.qemu.lab.serial;

import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.Waiting;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Reads the file of a serial port while it grows, and notes when each line was ended, within 2 ms. */
public final class SerialTail implements AutoCloseable {
    private static final long PERIOD_NANOS = 1_000_000;
    private static final int CHUNK_BYTES = 64 << 10;

    private final String machine;
    private final FileChannel file;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    private final List<SerialLine> lines = new ArrayList<>();
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private final Thread reader;
    private volatile boolean closed;

    private SerialTail(String machine, FileChannel file) {
        this.machine = machine;
        this.file = file;
        reader = Thread.ofPlatform().daemon().name("serial-" + machine).unstarted(this::follow);
    }

    /**
     * Begins to read.
     *
     * @param machine the machine's name
     * @param path its serial port's file
     * @return the reader
     * @throws IOException if there is no such file
     */
    public static SerialTail of(String machine, Path path) throws IOException {
        SerialTail tail = new SerialTail(machine, FileChannel.open(path, StandardOpenOption.READ));
        tail.reader.start();
        return tail;
    }

    /** {@return what was printed until now; also after the end} */
    public SerialLog log() {
        synchronized (lines) {
            return new SerialLog(machine, lines, unfinished.toString(StandardCharsets.UTF_8));
        }
    }

    /**
     * Waits for something to be printed.
     *
     * @param atMost how long
     * @param condition what the log has to be like
     * @return the log that is
     * @throws LabException if it is not in time; the message has the end of the log
     */
    public SerialLog await(Duration atMost, Predicate<SerialLog> condition) {
        Waiting.until(
                atMost,
                () -> condition.test(log()),
                () -> "waited in vain for the guest on " + machine + ", which printed: " + log().tail());
        return log();
    }

    /**
     * Waits for heartbeats.
     *
     * @param count how many more
     * @param atMost how long
     * @return the log that has them
     * @throws LabException if there are fewer in time
     */
    public SerialLog awaitHeartbeats(int count, Duration atMost) {
        int before = log().heartbeats().size();
        return await(atMost, log -> log.heartbeats().size() >= before + count);
    }

    /** Reads the rest, and stops. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(reader);
        try {
            reader.join();
            file.close();
        } catch (IOException e) {
            throw new LabException("cannot close the serial file of " + machine, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try {
            while (!closed) {
                readAll();
                LockSupport.parkNanos(PERIOD_NANOS);
            }
            readAll();
        } catch (IOException e) {
            throw new LabException("cannot read the serial file of " + machine, e);
        }
    }

    private void readAll() throws IOException {
        while (file.read(chunk.clear()) > 0) {
            long nowNanos = System.nanoTime();
            chunk.flip();
            synchronized (lines) {
                while (chunk.hasRemaining()) {
                    take(chunk.get(), nowNanos);
                }
            }
        }
    }

    private void take(byte next, long nowNanos) {
        if (next != '\n') {
            unfinished.write(next);
            return;
        }
        String text = SerialLog.withoutReturn(unfinished.toString(StandardCharsets.UTF_8));
        lines.add(new SerialLine(text, nowNanos));
        unfinished.reset();
    }
}
