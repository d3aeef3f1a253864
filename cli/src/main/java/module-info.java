import org.jspecify.annotations.NullMarked;

/** The {@code faultline} command. */
@NullMarked
module dev.faultline.cli {
    requires static transitive org.jspecify;
    requires dev.faultline.uffd;
    requires dev.faultline.migration;
    requires dev.faultline.guest.kvm;
    requires info.picocli;

    // picocli sets the annotated fields.
    opens dev.faultline.cli to
            info.picocli;
}
