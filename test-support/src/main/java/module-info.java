import org.jspecify.annotations.NullMarked;

/** What the tests of all modules need of their host, and what becomes of them where it is missing. Not part of the product. */
@NullMarked
module dev.faultline.testing {
    requires static transitive org.jspecify;
    requires transitive org.junit.jupiter.api;
    requires jdk.management;

    exports dev.faultline.testing;
    exports dev.faultline.testing.fuzz;
}
