package dev.faultline.guest.kvm.control;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Pagemap;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A micro-VM that this process's engine is attached to, over the control socket of the VM's process. Safe for use by
 * several threads; a command waits for the one before. A command whose time was up may still be carried out later: the
 * {@link #state()} tells, since queries go over a connection of their own and wait for nothing.
 */
public final class VmmClient implements Guest {
    private final ControlConnection control;
    private final VmmMonitor monitor;
    private final Attachment attachment;
    private final AtomicBoolean closed = new AtomicBoolean();

    private VmmClient(ControlConnection control, VmmMonitor monitor, Attachment attachment) {
        this.control = control;
        this.monitor = monitor;
        this.attachment = attachment;
    }

    /**
     * Connects and attaches.
     *
     * @param name the guest's control name: a path, or {@code @name}
     * @param commandTimeoutNanos how long connecting and each command take at most
     * @return the guest
     * @throws GuestException if no guest answers there in time, or another engine is attached to it
     */
    public static VmmClient attach(String name, long commandTimeoutNanos) {
        VmmMonitor monitor = VmmMonitor.connect(name, commandTimeoutNanos);
        ControlConnection control = null;
        try {
            control = ControlConnection.open(name, commandTimeoutNanos);
            return new VmmClient(control, monitor, attach(control));
        } catch (RuntimeException e) {
            if (control != null) {
                control.close();
            }
            monitor.close();
            throw e;
        }
    }

    private static Attachment attach(ControlConnection control) {
        ControlConnection.Reply reply = control.call("attach", Json.object());
        return control.understand("attach", () -> Attachment.of(reply));
    }

    @Override
    public long processId() {
        return control.serverProcessId();
    }

    @Override
    public String machine() {
        return "micro-VM";
    }

    @Override
    public List<GuestRegion> regions() {
        return attachment.regions();
    }

    /** One for all regions: a micro-VM has one region. */
    @Override
    public LinuxUffd uffd(GuestRegion region) {
        return attachment.uffd();
    }

    @Override
    public Pagemap pagemap() {
        return attachment.pagemap();
    }

    @Override
    public GuestState state() {
        return query().state();
    }

    /**
     * {@return the guest as it is now}
     *
     * @throws GuestException if it does not answer in time, or has gone
     */
    public GuestReport query() {
        return monitor.query();
    }

    @Override
    public void pause() {
        control.call("pause", Json.object());
    }

    @Override
    public void resume() {
        control.call("resume", Json.object());
    }

    @Override
    public boolean canThrottle() {
        return true;
    }

    @Override
    public void throttle(int percent) {
        control.call("throttle", Json.object().put("percent", percent));
    }

    @Override
    public byte[] saveDeviceState() {
        ControlConnection.Reply reply = control.call("save-state", Json.object());
        return control.understand("save-state", () -> Json.base64(reply.value(), "state"));
    }

    @Override
    public void loadDeviceState(byte[] state) {
        if (state.length > Commands.MAX_STATE_BYTES) {
            throw new GuestException("A device state of " + state.length + " bytes is too long: a guest takes at most "
                    + Commands.MAX_STATE_BYTES);
        }
        control.call("load-state", Json.object().put("state", Json.base64(state)));
    }

    @Override
    public void relinquish() {
        control.call("relinquish", Json.object());
    }

    /**
     * Detaches. The guest stays as it is, a paused one paused; its userfaultfd stays open in its own process, so that
     * faults of registered ranges wait for the next engine.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            control.close();
            monitor.close();
            attachment.close();
        }
    }
}
