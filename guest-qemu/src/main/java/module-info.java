import org.jspecify.annotations.NullMarked;

/** An unmodified QEMU as a guest: attached to from outside, by QMP, /proc and ptrace(2). */
@NullMarked
module dev.faultline.guest.qemu {
    requires static transitive org.jspecify;
    requires transitive dev.faultline.uffd;
    requires transitive dev.faultline.migration;
    requires transitive tools.jackson.databind;

    exports dev.faultline.guest.qemu;
    exports dev.faultline.guest.qemu.inspection;
    exports dev.faultline.guest.qemu.qmp;
}
