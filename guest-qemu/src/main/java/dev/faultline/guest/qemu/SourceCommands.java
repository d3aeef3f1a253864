package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.guest.qemu.state.StateSender;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import org.jspecify.annotations.Nullable;

/**
 * The machine that moves away. It is stopped by the first half of a migration of QEMU's own, so that the second half has
 * less to do while it stands still.
 */
final class SourceCommands implements RoleCommands {
    private final QemuAttachment qemu;
    private final RunControl control;
    /** The migration under way: the machine stands still, or is about to, and its devices are not written. */
    private @Nullable StateSender sender;

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
            begin();
        } catch (GuestException e) {
            runOn(e);
            throw e;
        }
    }

    private StateSender begin() {
        StateSender begun = StateSender.begin(qemu.monitor(), qemu.privateBlocks());
        sender = begun;
        begun.awaitStop();
        return begun;
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
        breakOff();
        StateSender.cancelLeftBehind(qemu.monitor());
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
        if (state() != GuestState.PAUSED) {
            throw new GuestException("The device state of a machine that is not paused cannot be saved");
        }
        StateSender begun = sender == null ? begin() : sender;
        byte[] state = begun.finish();
        begun.close();
        sender = null;
        return state;
    }

    @Override
    public void loadDeviceState(byte[] state) {
        throw new GuestException("This QEMU is attached to as the source: it takes no device state");
    }

    /** QEMU itself would still run it if it were told to; nobody who is attached tells it so any more. */
    @Override
    public synchronized void relinquish() {
        if (relinquished || qemu.process().hasEnded()) {
            relinquished = true;
            return;
        }
        String runState = qemu.monitor().runState();
        if (sender != null || RunStates.guestState(runState) != GuestState.PAUSED) {
            throw new GuestException("This machine is not given up: it is '" + runState
                    + (sender == null ? "'" : "', and its device state was not taken"));
        }
        relinquished = true;
    }

    /** A machine that only a migration of ours holds goes on, if it ran before. */
    @Override
    public synchronized void close() {
        breakOff();
    }
}
