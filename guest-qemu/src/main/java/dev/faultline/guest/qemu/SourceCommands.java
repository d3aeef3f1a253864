package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.guest.qemu.state.StateSender;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import org.jspecify.annotations.Nullable;

/**
 * The machine that moves away. What stops it is a migration of QEMU's own, which writes its devices at once: to pause is to
 * have the device state, so that no command has to be waited for in between.
 */
final class SourceCommands implements RoleCommands {
    private static final String TAKES_NONE = "This QEMU is attached to as the source: it takes no device state";

    private final QemuAttachment qemu;
    private final RunControl control;
    /** The migration that did not come to its end: QEMU may still be at it. */
    private @Nullable StateSender sender;
    /** The device state of a machine that ran until it was written, while nobody has taken it. */
    private byte @Nullable [] saved;

    private volatile boolean relinquished;

    SourceCommands(QemuAttachment qemu) {
        this.qemu = qemu;
        control = new RunControl(qemu.monitor());
    }

    @Override
    public GuestState state() {
        return relinquished
                ? GuestState.RELINQUISHED
                : RunStates.guestState(qemu.monitor().runState());
    }

    @Override
    public synchronized void pause() {
        if (state() != GuestState.RUNNING) {
            return;
        }
        try {
            saved = writeDevices();
        } catch (GuestException e) {
            runOn(e);
            throw e;
        }
    }

    private byte[] writeDevices() {
        StateSender begun = StateSender.begin(qemu.monitor(), qemu.privateBlocks());
        sender = begun;
        byte[] state = begun.finish();
        begun.close();
        sender = null;
        return state;
    }

    private void runOn(GuestException cause) {
        try {
            resume();
        } catch (GuestException e) {
            cause.addSuppressed(e);
        }
    }

    /** QEMU 7.2 lets a machine that ran go on by itself when the migration is broken off; who knows about others. */
    @Override
    public synchronized void resume() {
        if (relinquished) {
            throw new GuestException("This machine was given up: it does not run here again");
        }
        saved = null; // what runs on is not what was written
        breakOff();
        StateSender.cancelLeftBehind(qemu.monitor());
        control.awaitMigrated();
        if (!control.isRunning()) {
            control.cont();
        }
    }

    private void breakOff() {
        StateSender begun = sender;
        if (begun != null) {
            begun.cancel();
            sender = null;
        }
    }

    @Override
    public synchronized byte[] saveDeviceState() {
        byte[] state = saved;
        if (state != null) {
            saved = null;
            return state;
        }
        if (state() != GuestState.PAUSED) {
            throw new GuestException("The device state of a machine that is not paused cannot be saved");
        }
        return writeDevices();
    }

    @Override
    public void expectDeviceState() {
        throw new GuestException(TAKES_NONE);
    }

    @Override
    public void loadDeviceState(byte[] state) {
        throw new GuestException(TAKES_NONE);
    }

    /** QEMU itself would still run it if it were told to; nobody who is attached tells it so any more. */
    @Override
    public synchronized void relinquish() {
        if (relinquished || qemu.process().hasEnded()) {
            relinquished = true;
            return;
        }
        String runState = qemu.monitor().runState();
        boolean isTaken = sender == null && saved == null;
        if (!isTaken || RunStates.guestState(runState) != GuestState.PAUSED) {
            throw new GuestException("This machine is not given up: it is '" + runState
                    + (isTaken ? "'" : "', and its device state was not taken"));
        }
        relinquished = true;
    }

    /** A machine that only a migration of ours holds goes on, if it ran before. */
    @Override
    public synchronized void close() {
        if (saved != null) {
            resume();
        } else {
            breakOff();
        }
    }
}
