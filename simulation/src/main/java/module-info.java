import org.jspecify.annotations.NullMarked;

/** Whole migrations in virtual time, replayable from a seed. */
@NullMarked
module dev.faultline.simulation {
    requires static transitive org.jspecify;
    requires dev.faultline.uffd;
    requires dev.faultline.model;
    requires dev.faultline.migration;

    exports dev.faultline.simulation;
}
