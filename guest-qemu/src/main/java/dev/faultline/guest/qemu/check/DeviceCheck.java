package dev.faultline.guest.qemu.check;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.machine.QemuMonitor.QomObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Devices that reach guest memory in ways that the tracking of writes cannot see, or give it back. */
final class DeviceCheck {
    private static final String WHAT = "devices";
    private static final List<String> PLACES =
            List.of("/machine/peripheral", "/machine/peripheral-anon", "/machine/unattached", "/objects");

    /** Types that begin, or are, so, and why they cannot be moved. */
    private enum Kind {
        VFIO("vfio-", "it writes to guest memory by DMA, past the processor's page tables"),
        USER_VFIO("x-vfio-user", "it writes to guest memory from another process"),
        VHOST_USER("vhost-user-", "its backend writes to guest memory from another process"),
        VHOST_VDPA("vhost-vdpa-", "it writes to guest memory by DMA, past the processor's page tables"),
        BALLOON("virtio-balloon", "it gives pages of guest memory back, which cannot be seen"),
        HYPERV_BALLOON("hv-balloon", "it gives pages of guest memory back, which cannot be seen"),
        VIRTIO_MEM("virtio-mem", "it gives pages of guest memory back, which cannot be seen"),
        PVRDMA("pvrdma", "it pins guest memory for long"),
        SEV("sev-", "guest memory is encrypted for this host"),
        TDX("tdx-guest", "guest memory is encrypted for this host");

        private final String prefix;
        private final String why;

        Kind(String prefix, String why) {
            this.prefix = prefix;
            this.why = why;
        }

        static Optional<Kind> of(String type) {
            for (Kind kind : values()) {
                if (type.startsWith(kind.prefix)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    private DeviceCheck() {}

    static List<Finding> look(Subject subject) {
        List<Finding> findings = new ArrayList<>();
        for (String place : PLACES) {
            for (QomObject object : subject.monitor().children(place)) {
                Kind.of(object.type())
                        .ifPresent(kind -> findings.add(Finding.refused(
                                WHAT,
                                "'" + object.name() + "' is a " + object.type() + ": " + kind.why,
                                "move the machine without it")));
                if (object.type().startsWith("ivshmem")) {
                    findings.add(Finding.note(
                            WHAT, "the memory that '" + object.name() + "' shares with others stays on this host"));
                }
            }
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(WHAT, "none that reaches guest memory unseen"));
        }
        return findings;
    }
}
