package dev.faultline.guest.qemu.state;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Takes what QEMU writes, on a thread of its own: QEMU stops the machine only when it is rid of what it has. */
final class StateDrain {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final int MILLIS_NANOS = 1_000_000;

    private final UnixConnection connection;
    private final long mostBytes;
    private final ByteArrayOutputStream state = new ByteArrayOutputStream();
    private final Thread thread;
    private volatile boolean tooLong;

    StateDrain(UnixConnection connection, long mostBytes) {
        this.connection = connection;
        this.mostBytes = mostBytes;
        thread = Thread.ofPlatform().daemon().name("qemu-state").start(this::run);
    }

    private void run() {
        byte[] chunk = new byte[CHUNK_BYTES];
        List<Fd> none = new ArrayList<>();
        try {
            int count = connection.receive(chunk, none, -1);
            while (count >= 0) {
                if (state.size() + (long) count > mostBytes) {
                    tooLong = true;
                    connection.close(); // QEMU fails to write, breaks off, and lets the machine run on
                    return;
                }
                state.write(chunk, 0, count);
                count = connection.receive(chunk, none, -1);
            }
        } catch (LinuxException | IllegalStateException e) {
            System.getLogger(StateDrain.class.getName())
                    .log(System.Logger.Level.DEBUG, "the device state broke off", e);
        } finally {
            none.forEach(Fd::close);
        }
    }

    /** {@return whether more came than may} */
    boolean isTooLong() {
        return tooLong;
    }

    /**
     * {@return all of it, once QEMU has written all} It closes its end only later: while the machine stands still, that is
     * not waited for.
     *
     * @throws GuestException if it cannot be taken in time
     */
    byte[] takeAll(long timeoutNanos) {
        try {
            connection.endInput();
        } catch (LinuxException | IllegalStateException e) {
            System.getLogger(StateDrain.class.getName())
                    .log(System.Logger.Level.DEBUG, "the device state has ended already", e);
        }
        try {
            thread.join(Math.max(1, timeoutNanos / MILLIS_NANOS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new GuestException("QEMU has written its device state, which could not be taken in time");
        }
        return state.toByteArray();
    }
}
