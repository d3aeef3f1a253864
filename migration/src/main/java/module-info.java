import org.jspecify.annotations.NullMarked;

/** The migration engine: rounds, hand-over, fault service and push, on the kernel's minor faults. */
@NullMarked
module dev.faultline.migration {
    requires static org.jspecify;
    requires transitive dev.faultline.uffd;
    requires org.HdrHistogram;

    exports dev.faultline.migration;
    exports dev.faultline.migration.destination;
    exports dev.faultline.migration.guest;
    exports dev.faultline.migration.source;
}
