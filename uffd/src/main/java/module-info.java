import org.jspecify.annotations.NullMarked;

/** Linux userfaultfd for the JVM, and the kernel interfaces around it. */
@NullMarked
module dev.faultline.uffd {
    requires static transitive org.jspecify;

    exports dev.faultline.uffd;
}
