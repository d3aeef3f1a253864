package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.guest.qemu.state.StateLoader;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;

/** The machine that arrives. */
final class DestinationCommands implements RoleCommands {
    private final QemuAttachment qemu;
    private final RunControl control;
    private volatile boolean loading;
    private volatile boolean toldToRun;
    private volatile boolean relinquished;

    DestinationCommands(QemuAttachment qemu) {
        this.qemu = qemu;
        control = new RunControl(qemu.monitor());
    }

    @Override
    public GuestState state() {
        return relinquished
                ? GuestState.RELINQUISHED
                : RunStates.guestState(qemu.monitor().runState());
    }

    /** Hangs, until its time is up, while a vCPU waits for a page. */
    @Override
    public void pause() {
        control.stop();
    }

    @Override
    public void resume() {
        GuestState state = state();
        if (state == GuestState.PAUSED) {
            toldToRun = true;
            control.cont();
        } else if (state != GuestState.RUNNING) {
            throw new GuestException("This machine cannot run: it is " + state);
        }
    }

    @Override
    public byte[] saveDeviceState() {
        throw new GuestException("This QEMU is attached to as the destination: it gives no device state");
    }

    @Override
    public void loadDeviceState(byte[] state) {
        if (state.length == 0 || state() != GuestState.INCOMING) {
            throw new GuestException("No device state can be loaded: "
                    + (state.length == 0 ? "it is empty" : "the machine does not wait for one, it is " + state()));
        }
        loading = true;
        StateLoader.load(qemu.monitor(), qemu.log(), state);
        GuestState now = state();
        if (now != GuestState.PAUSED) {
            throw new GuestException(
                    "QEMU has loaded the device state, and the machine is " + now + " instead of paused");
        }
    }

    /**
     * A machine that has a device state could always be told to run, by anybody: the end of its process is the only
     * proof that it never will. One that does not answer, and was never told to run, is killed.
     */
    @Override
    public void relinquish() {
        if (!relinquished && !qemu.process().hasEnded() && mustEnd()) {
            qemu.end();
        }
        relinquished = true;
    }

    private boolean mustEnd() {
        GuestState state;
        try {
            state = state();
        } catch (GuestException e) {
            if (toldToRun) {
                throw e;
            }
            return true;
        }
        if (state == GuestState.RUNNING) {
            throw new GuestException("This machine is not given up: it runs");
        }
        return loading || state != GuestState.INCOMING; // without a device state there is nothing to run
    }

    @Override
    public void close() {
        // Nothing is under way that QEMU would not end by itself.
    }
}
