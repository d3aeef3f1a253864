import org.jspecify.annotations.NullMarked;

/** The migration engine: rounds, hand-over, fault service and push, on the kernel's minor faults. */
@NullMarked
@SuppressWarnings("requires-automatic") // HdrHistogram and lz4-java name no module
module dev.faultline.migration {
    requires static transitive org.jspecify;
    requires transitive dev.faultline.uffd;
    requires HdrHistogram;
    requires com.dynatrace.hash4j;
    requires com.github.luben.zstd_jni;
    requires org.lz4.java;
    requires java.naming; // distinguished names of certificates

    exports dev.faultline.migration;
    exports dev.faultline.migration.destination;
    exports dev.faultline.migration.guest;
    exports dev.faultline.migration.host;
    exports dev.faultline.migration.journal;
    exports dev.faultline.migration.rate;
    exports dev.faultline.migration.source;
    exports dev.faultline.migration.tls;
}
