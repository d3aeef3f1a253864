package dev.faultline.guest.qemu.process;

import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Pidfd;
import dev.faultline.uffd.os.Poller;
import dev.faultline.uffd.proc.OpenDescriptors;
import dev.faultline.uffd.proc.ProcessStatus;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.databind.node.ObjectNode;

/** The process that a QMP connection speaks to. It stays that one, also when its number is used again. */
public final class QemuProcess implements AutoCloseable {
    private static final String PROOF = "faultline-proof";

    private final long processId;
    private final long startTimeTicks;
    private final Pidfd pidfd;

    private QemuProcess(long processId) {
        this.processId = processId;
        pidfd = Pidfd.open(processId);
        startTimeTicks = ProcessStatus.startTimeTicks(processId);
    }

    /**
     * Finds the process behind a connection, and has it prove that it is: a descriptor that is sent over QMP turns up in
     * it. The kernel alone does not know: it names the process that made the socket listen, which may be libvirt.
     *
     * @param qmp the connection
     * @param named the process that the operator has named
     * @return the process
     * @throws GuestException if it is another, or may not be looked at
     */
    public static QemuProcess behind(QmpClient qmp, OptionalLong named) {
        long processId = named.orElse(qmp.listenerProcessId());
        try {
            if (!holdsWhatIsSent(qmp, processId)) {
                throw new GuestException(
                        named.isPresent()
                                ? "Process " + processId + " is not the QEMU that answers at this QMP socket"
                                : "The QMP socket was made by process " + processId
                                        + ", libvirt say, which is not the QEMU"
                                        + " that answers there: give QEMU's process number (--pid)");
            }
            return new QemuProcess(processId);
        } catch (LinuxException e) {
            throw new GuestException("The process of this QEMU cannot be looked at: " + e.getMessage(), e);
        }
    }

    private static boolean holdsWhatIsSent(QmpClient qmp, long processId) {
        ObjectNode name = Json.object().put("fdname", PROOF);
        try (UnixConnection.Pair pair = UnixConnection.pair(0)) {
            String sent = OpenDescriptors.of(pair.there());
            qmp.ask("getfd", name, List.of(pair.there())).orThrow();
            pair.there().close(); // this process is not to be taken for QEMU
            try {
                return OpenDescriptors.of(processId).containsValue(sent);
            } finally {
                qmp.execute("closefd", name.deepCopy());
            }
        }
    }

    /** {@return its number} */
    public long processId() {
        return processId;
    }

    /** {@return when it began, in clock ticks since the host's start} */
    public long startTimeTicks() {
        return startTimeTicks;
    }

    /**
     * Waits for its end.
     *
     * @param timeoutNanos how long at most
     * @return whether it has ended
     */
    public boolean awaitEnd(long timeoutNanos) {
        return Poller.awaitReadable(pidfd.fd(), timeoutNanos);
    }

    /** {@return whether it has ended} */
    public boolean hasEnded() {
        return awaitEnd(0);
    }

    /**
     * Ends it, whatever it does.
     *
     * @throws LinuxException EPERM if this user may not
     */
    public void kill() {
        pidfd.kill();
    }

    @Override
    public void close() {
        pidfd.close();
    }
}
