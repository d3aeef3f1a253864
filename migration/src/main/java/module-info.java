import org.jspecify.annotations.NullMarked;

/** Live migration of guest memory over userfaultfd minor faults. */
@NullMarked
module dev.faultline.migration {
    requires static transitive org.jspecify;
    requires transitive dev.faultline.uffd;

    exports dev.faultline.migration;
}
