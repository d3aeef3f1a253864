package dev.faultline.uffd.ipc;

import dev.faultline.uffd.os.Fd;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts what a connection brings into lines, and keeps the descriptors that come along. A line that is too long is thrown
 * away as it comes, so it never takes more memory than the limit. Belongs to one thread.
 */
public final class LineReader {
    /** The longest line that is kept, in bytes. */
    public static final int MAX_LINE_BYTES = 16 << 20;

    private static final int CHUNK_BYTES = 64 << 10;

    /** What a call of {@link #next} ended with. */
    public enum Outcome {
        /** A whole line: {@link #line()} has it. */
        LINE,
        /** A whole line that was longer than {@link #MAX_LINE_BYTES}. */
        TOO_LONG,
        /** The time is up; what came of the line is kept for the next call. */
        TIMED_OUT,
        /** The peer has closed; a line without an end is dropped. */
        END
    }

    private final UnixConnection connection;
    private final List<Fd> fds = new ArrayList<>();
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int chunkStart;
    private int chunkEnd;
    private ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private byte[] line = new byte[0];
    private boolean tooLong;

    /**
     * Makes a reader.
     *
     * @param connection what to read, which stays the caller's; nobody else reads it
     */
    public LineReader(UnixConnection connection) {
        this.connection = connection;
    }

    /**
     * Waits for a line.
     *
     * @param timeoutNanos how long at most; negative waits without a limit
     * @return how it ended
     * @throws dev.faultline.uffd.os.LinuxException as {@link UnixConnection#receive}
     * @throws IllegalStateException as {@link UnixConnection#receive}
     */
    public Outcome next(long timeoutNanos) {
        long deadlineNanos = System.nanoTime() + timeoutNanos;
        while (true) {
            if (takeLine()) {
                return finishLine();
            }
            long leftNanos = timeoutNanos < 0 ? -1 : Math.max(0, deadlineNanos - System.nanoTime());
            int received = connection.receive(chunk, fds, leftNanos);
            if (received < 0) {
                return Outcome.END;
            }
            if (received == 0 && leftNanos == 0) {
                return Outcome.TIMED_OUT;
            }
            chunkStart = 0;
            chunkEnd = received;
        }
    }

    /** {@return the line of the last call of {@link #next}, without its end} */
    public byte[] line() {
        return line;
    }

    /** {@return the descriptors that came since the last call, which are the caller's now} */
    public List<Fd> takeFds() {
        List<Fd> taken = List.copyOf(fds);
        fds.clear();
        return taken;
    }

    /** Closes the descriptors that nobody took. */
    public void closeFds() {
        takeFds().forEach(Fd::close);
    }

    /** Moves bytes from the chunk to the line, up to the line's end; returns whether there was one. */
    private boolean takeLine() {
        int end = chunkStart;
        while (end < chunkEnd && chunk[end] != '\n') {
            end++;
        }
        append(end - chunkStart);
        boolean whole = end < chunkEnd;
        chunkStart = whole ? end + 1 : end;
        return whole;
    }

    private void append(int count) {
        if (pending.size() + count > MAX_LINE_BYTES) {
            tooLong = true;
            pending = new ByteArrayOutputStream();
        }
        if (!tooLong) {
            pending.write(chunk, chunkStart, count);
        }
    }

    private Outcome finishLine() {
        Outcome outcome = tooLong ? Outcome.TOO_LONG : Outcome.LINE;
        line = pending.toByteArray();
        pending = new ByteArrayOutputStream();
        tooLong = false;
        return outcome;
    }
}
