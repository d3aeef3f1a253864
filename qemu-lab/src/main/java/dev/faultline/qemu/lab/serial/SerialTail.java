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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
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
    private final AtomicInteger heartbeatCount = new AtomicInteger();
    private volatile int lineCount;
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
        return await(atMost, condition, () -> {});
    }

    /**
     * Waits for something to be printed, as long as that makes sense.
     *
     * @param atMost how long
     * @param condition what the log has to be like; looked at when a line has come
     * @param check done again and again; throws if nothing will come
     * @return the log that is
     * @throws LabException if it is not in time; the message has the end of the log
     */
    public SerialLog await(Duration atMost, Predicate<SerialLog> condition, Runnable check) {
        AtomicInteger looked = new AtomicInteger(-1);
        return until(
                atMost,
                () -> {
                    int now = lineCount;
                    return looked.getAndSet(now) != now && condition.test(log());
                },
                check);
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
        return awaitHeartbeats(count, atMost, () -> {});
    }

    /**
     * Waits for heartbeats, as long as that makes sense.
     *
     * @param count how many more
     * @param atMost how long
     * @param check done again and again; throws if nothing will come
     * @return the log that has them
     * @throws LabException if there are fewer in time
     */
    public SerialLog awaitHeartbeats(int count, Duration atMost, Runnable check) {
        // Counted while they come: to read the whole log each time would take the guest's processor.
        int enough = heartbeatCount.get() + count;
        return until(atMost, () -> heartbeatCount.get() >= enough, check);
    }

    private SerialLog until(Duration atMost, BooleanSupplier condition, Runnable check) {
        Waiting.until(
                atMost,
                () -> {
                    boolean isSo = condition.getAsBoolean();
                    if (!isSo) {
                        check.run();
                    }
                    return isSo;
                },
                () -> "waited in vain for the guest on " + machine + ", which printed: " + log().tail());
        return log();
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
        SerialLine line = new SerialLine(text, nowNanos);
        lines.add(line);
        unfinished.reset();
        if (Heartbeat.of(line).isPresent()) {
            heartbeatCount.incrementAndGet();
        }
        lineCount = lines.size();
    }
}
