import org.jspecify.annotations.NullMarked;

/** A micro-VM on KVM whose guest can be migrated. */
@NullMarked
module dev.faultline.guest.kvm {
    requires static transitive org.jspecify;
    requires dev.faultline.uffd;
    requires transitive dev.faultline.migration;

    exports dev.faultline.guest.kvm;
}
