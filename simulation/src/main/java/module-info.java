import org.jspecify.annotations.NullMarked;

/** Whole migrations in virtual time, replayable from a seed. */
@NullMarked
@SuppressWarnings("module") // the command line is built later
module dev.faultline.simulation {
    requires static transitive org.jspecify;
    requires dev.faultline.uffd;
    requires dev.faultline.model;
    requires dev.faultline.migration;
    requires java.logging;

    exports dev.faultline.simulation;
    exports dev.faultline.simulation.planted to
            dev.faultline.cli;
    exports dev.faultline.simulation.scenario to
            dev.faultline.cli;
    exports dev.faultline.simulation.sweep to
            dev.faultline.cli;
}
