import org.jspecify.annotations.NullMarked;

/** Small programs that show one thing each. */
@NullMarked
module dev.faultline.examples {
    requires static org.jspecify;
    requires dev.faultline.uffd;
    requires dev.faultline.model;
}
