import org.jspecify.annotations.NullMarked;

/** The {@code faultline} command. */
@NullMarked
module dev.faultline.cli {
    requires static transitive org.jspecify;
    requires dev.faultline.uffd;
    requires dev.faultline.migration;
    requires dev.faultline.guest.kvm;
    requires dev.faultline.guest.qemu;
    requires dev.faultline.conformance;
    requires dev.faultline.simulation;
    requires info.picocli;
    requires tools.jackson.databind;

    // picocli makes the commands and sets their annotated fields.
    opens dev.faultline.cli to
            info.picocli;
    opens dev.faultline.cli.command to
            info.picocli;
    opens dev.faultline.cli.conformance to
            info.picocli;
    opens dev.faultline.cli.demo to
            info.picocli;
    opens dev.faultline.cli.differential to
            info.picocli;
    opens dev.faultline.cli.doctor to
            info.picocli;
    opens dev.faultline.cli.manual to
            info.picocli;
    opens dev.faultline.cli.option to
            info.picocli;
    opens dev.faultline.cli.rate to
            info.picocli;
    opens dev.faultline.cli.attach to
            info.picocli;
    opens dev.faultline.cli.simulation to
            info.picocli;
}
