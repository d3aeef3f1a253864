package dev.faultline.cli;

import dev.faultline.qemu.lab.Backing;
import dev.faultline.qemu.lab.own.OwnMode;
import java.util.List;

/** The ways in which the same guest is moved, and their names in tables. */
enum QemuWay {
    HYBRID_STANDBY("Faultline, hybrid, standing by", "hybrid"),
    HYBRID("Faultline, hybrid", "hybrid"),
    OWN_TUNED("QEMU, pre-copy, downtime-limit=5", OwnMode.PRECOPY_TUNED),
    POSTCOPY_STANDBY("Faultline, postcopy, standing by", "postcopy"),
    POSTCOPY("Faultline, postcopy", "postcopy"),
    OWN_POSTCOPY("QEMU, post-copy", OwnMode.POSTCOPY),
    OWN_PREEMPT("QEMU, post-copy with preempt", OwnMode.POSTCOPY_PREEMPT),
    OWN_DEFAULT("QEMU, pre-copy, default", OwnMode.PRECOPY_DEFAULT);

    static final List<String> OURS =
            List.of(HYBRID_STANDBY.label, HYBRID.label, POSTCOPY_STANDBY.label, POSTCOPY.label);

    private final String label;
    private final String option;

    QemuWay(String label, String mode) {
        this.label = label;
        option = mode;
    }

    QemuWay(String label, OwnMode mode) {
        this(label, mode.name());
    }

    String label() {
        return label;
    }

    boolean isOwn() {
        return label.startsWith("QEMU");
    }

    boolean isStandby() {
        return label.endsWith("standing by");
    }

    /** Of Faultline's own ways. */
    String mode() {
        return option;
    }

    OwnMode ownMode() {
        return OwnMode.valueOf(option);
    }

    /** QEMU's own migration needs no file. */
    Backing backing() {
        return isOwn() ? Backing.PRIVATE : Backing.FILE;
    }
}
