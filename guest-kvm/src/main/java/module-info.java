import org.jspecify.annotations.NullMarked;

/** A micro-VM with a real guest on KVM, and the same guest without KVM, for demonstrations, tests and measurements. */
@NullMarked
module dev.faultline.guest.kvm {
    requires static transitive org.jspecify;
    requires transitive dev.faultline.uffd;
    requires transitive dev.faultline.migration;
    requires transitive dev.faultline.model;
    requires tools.jackson.databind;

    exports dev.faultline.guest.kvm;
    exports dev.faultline.guest.kvm.control;
    exports dev.faultline.guest.kvm.machine;
    exports dev.faultline.guest.kvm.workload;
}
