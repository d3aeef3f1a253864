import org.jspecify.annotations.NullMarked;

/** What userfaultfd does, case by case, tried on the kernel and on the model. */
@NullMarked
@SuppressWarnings("module") // the modules it exports to are built later
module dev.faultline.conformance {
    requires static transitive org.jspecify;
    requires dev.faultline.uffd;
    requires dev.faultline.model;

    exports dev.faultline.conformance;
    exports dev.faultline.conformance.differential to
            dev.faultline.cli;
}
