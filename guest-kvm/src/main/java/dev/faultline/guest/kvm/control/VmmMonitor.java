package dev.faultline.guest.kvm.control;

import dev.faultline.migration.guest.GuestException;

/**
 * Looks at a guest without attaching to it, so beside an engine too. Safe for use by several threads; a command waits for
 * the one before.
 */
public final class VmmMonitor implements AutoCloseable {
    private final ControlConnection control;

    private VmmMonitor(ControlConnection control) {
        this.control = control;
    }

    /**
     * Connects.
     *
     * @param name the guest's control name: a path, or {@code @name}
     * @param commandTimeoutNanos how long connecting and each command take at most
     * @return the connection
     * @throws GuestException if no guest answers there in time
     */
    public static VmmMonitor connect(String name, long commandTimeoutNanos) {
        return new VmmMonitor(ControlConnection.open(name, commandTimeoutNanos));
    }

    /**
     * {@return the guest as it is now}
     *
     * @throws GuestException if it does not answer in time, or has gone
     */
    public GuestReport query() {
        ControlConnection.Reply reply = control.call("query", Json.object());
        return control.understand("query", () -> ReportJson.read(reply.value()));
    }

    /**
     * Ends the guest's process, whatever the guest does and whoever is attached, and waits until it has closed its
     * control socket. The name is free then, and this connection of no further use.
     *
     * @throws GuestException if it does not end in time
     */
    public void quit() {
        control.callLast("quit");
    }

    @Override
    public void close() {
        control.close();
    }
}
