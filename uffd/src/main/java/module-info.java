import org.jspecify.annotations.NullMarked;

/** userfaultfd for the JVM: faults, memory files, dirty tracking and descriptor passing. */
@NullMarked
@SuppressWarnings("module") // the modules it exports to are built later
module dev.faultline.uffd {
    requires static transitive org.jspecify;

    exports dev.faultline.uffd;
    exports dev.faultline.uffd.ipc;
    exports dev.faultline.uffd.memory;
    exports dev.faultline.uffd.os;
    exports dev.faultline.uffd.paged;
    exports dev.faultline.uffd.proc;
    exports dev.faultline.uffd.remote;
    exports dev.faultline.uffd.internal.linux to
            dev.faultline.model,
            dev.faultline.guest.kvm,
            dev.faultline.guest.qemu,
            dev.faultline.conformance;
}
