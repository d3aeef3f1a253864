package dev.faultline.cli.attach;

import dev.faultline.cli.text.Numbers;
import dev.faultline.guest.kvm.control.VmmClient;
import dev.faultline.guest.kvm.control.VmmMonitor;
import dev.faultline.guest.qemu.QemuGuest;
import dev.faultline.guest.qemu.QemuOptions;
import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.migration.guest.GuestState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which guest: a group of options of which one is given. */
public final class GuestTarget {
    @Option(names = "--guest", paramLabel = "NAME", description = "Control name of a micro-VM.")
    private String guest = "";

    @ArgGroup(exclusive = false, multiplicity = "1")
    private @Nullable Qemu qemu;

    /** How to reach a QEMU. */
    static final class Qemu {
        @Option(
                names = "--qmp",
                paramLabel = "SOCKET",
                required = true,
                description = "QMP socket of a QEMU, with no other client: a path, or @NAME.")
        private String socket = "";

        @Option(
                names = "--qemu-pid",
                paramLabel = "PID",
                description = "QEMU's process, where another one made the socket, as libvirt does.")
        private long processId;
    }

    /** Makes one, for picocli to fill. */
    public GuestTarget() {}

    /** {@return what the guest is called in its journal} */
    public String name() {
        if (qemu == null) {
            return guest;
        }
        return qemu.socket.startsWith("@")
                ? qemu.socket
                : Path.of(qemu.socket).toAbsolutePath().normalize().toString();
    }

    /** {@return whether it is a QEMU} */
    public boolean isQemu() {
        return qemu != null;
    }

    /**
     * Attaches to the guest.
     *
     * @param side what for
     * @return the guest
     */
    public Attached attach(Side side) {
        if (qemu != null) {
            boolean resuming = side == Side.RESUMED_SOURCE || side == Side.RESUMED_DESTINATION;
            QemuGuest found = resuming
                    ? QemuGuest.reattach(options(qemu), role(side))
                    : QemuGuest.attach(options(qemu), role(side));
            return new Attached(found, found::quit, notes(found));
        }
        VmmClient client = VmmClient.attach(guest, Limits.COMMAND_NANOS);
        return new Attached(
                client,
                () -> {
                    client.close(); // it can only be told to quit while nobody is attached
                    quitMicroVm();
                },
                List.of());
    }

    private static List<String> notes(QemuGuest guest) {
        List<String> notes = new ArrayList<>();
        for (Finding finding : guest.findings()) {
            if (finding.verdict() == Finding.Verdict.NOTE) {
                notes.add(finding.line() + ".");
            }
        }
        notes.add(
                guest.stoppedNanos() == 0
                        ? "QEMU has a userfaultfd that an earlier engine opened in it."
                        : "QEMU's main thread stood still for " + Numbers.nanos(guest.stoppedNanos())
                                + ", to open a userfaultfd in it.");
        return notes;
    }

    /**
     * {@return what would be found if it were attached to} Nothing of it is changed.
     *
     * @param side what for
     */
    public List<Finding> inspect(Side side) {
        if (qemu != null) {
            return QemuGuest.inspect(options(qemu), role(side));
        }
        try (VmmClient client = VmmClient.attach(guest, Limits.COMMAND_NANOS)) {
            GuestState state = client.state();
            boolean fits = side == Side.SOURCE
                    ? state == GuestState.RUNNING || state == GuestState.PAUSED
                    : state == GuestState.INCOMING;
            return List.of(
                    fits
                            ? Finding.ok("state", "it is " + state)
                            : Finding.refused("state", "it is " + state, "name another guest"));
        }
    }

    private static QemuOptions options(Qemu qemu) {
        OptionalLong processId = qemu.processId == 0 ? OptionalLong.empty() : OptionalLong.of(qemu.processId);
        return new QemuOptions(qemu.socket, processId, Limits.COMMAND_NANOS);
    }

    private static QemuRole role(Side side) {
        return side == Side.SOURCE || side == Side.RESUMED_SOURCE ? QemuRole.SOURCE : QemuRole.DESTINATION;
    }

    private void quitMicroVm() {
        try (VmmMonitor monitor = VmmMonitor.connect(guest, Limits.COMMAND_NANOS)) {
            monitor.quit();
        }
    }
}
