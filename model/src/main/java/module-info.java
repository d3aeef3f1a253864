import org.jspecify.annotations.NullMarked;

/** The kernel's userfaultfd, and the memory management under it, in pure Java. */
@NullMarked
module dev.faultline.model {
    requires static transitive org.jspecify;
    requires transitive dev.faultline.uffd;

    exports dev.faultline.model;
}
