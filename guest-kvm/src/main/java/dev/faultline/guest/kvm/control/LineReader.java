package dev.faultline.guest.kvm.control;

import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.Fd;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts what a connection brings into lines, and keeps the descriptors that come along. A line that is too long is thrown
 * away as it comes, so it never takes more memory than the limit. Belongs to one thread.
 */
final class LineReader {
    static final int MAX_LINE_BYTES = 16 << 20;

    private static final int CHUNK_BYTES = 64 << 10;

    /** What a call of {@link #next} ended with. */
    enum Outcome {
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

    LineReader(UnixConnection connection) {
        this.connection = connection;
    }

    /** Waits for a line; a negative time waits without a limit. */
    Outcome next(long timeoutNanos) {
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

    /** The line without its end. */
    byte[] line() {
        return line;
    }

    /** Takes the descriptors that came since the last call; the caller owns them. */
    List<Fd> takeFds() {
        List<Fd> taken = List.copyOf(fds);
        fds.clear();
        return taken;
    }

    void closeFds() {
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
