package dev.faultline.guest.qemu;

import dev.faultline.guest.qemu.machine.RunStates;
import dev.faultline.guest.qemu.state.StateLoader;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;

/** The machine that arrives. */
final class DestinationCommands implements RoleCommands {
    private final QemuAttachment qemu;
    private final RunControl control;
    private final StateLoader loader;
    private volatile boolean loading;
    private volatile boolean loaded;
    private volatile boolean toldToRun;
    private volatile boolean relinquished;

    /** Of a machine in the middle of a move that another engine left, that one has loaded the device state. */
    DestinationCommands(QemuAttachment qemu, boolean resuming) {
        this.qemu = qemu;
        loaded = resuming;
        control = new RunControl(qemu.monitor());
        loader = new StateLoader(qemu.monitor(), qemu.log());
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

    /** A machine that is not loaded would run as soon as it is: 'cont' means that then. */
    @Override
    public void resume() {
        if (!loaded || relinquished) {
            throw new GuestException("This machine cannot run: it is " + state());
        }
        toldToRun = true;
        control.cont();
    }

    @Override
    public byte[] saveDeviceState() {
        throw new GuestException("This QEMU is attached to as the destination: it gives no device state");
    }

    @Override
    public void expectDeviceState() {
        loading = true;
        loader.expect();
    }

    @Override
    public void loadDeviceState(byte[] state) {
        loading = true;
        loader.load(state);
        if (loader.hasResumed()) {
            control.stop(); // somebody else has said 'cont' while it waited
            throw new GuestException("QEMU has loaded the device state, and the machine ran instead of being paused");
        }
        loaded = true;
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
        if (!qemu.process().hasEnded()) {
            loader.close();
        }
    }
}
