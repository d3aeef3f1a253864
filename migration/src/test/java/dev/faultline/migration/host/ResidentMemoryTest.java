package dev.faultline.migration.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResidentMemoryTest {
    @Test
    void sharedMemoryDoesNotCount() {
        Stream<String> status = Stream.of(
                "VmRSS:\t   90000 kB", "RssAnon:\t   60000 kB", "RssFile:\t   10000 kB", "RssShmem:\t   20000 kB");
        assertThat(ResidentMemory.inStatus(status)).isEqualTo(70_000L << 10);
    }

    /** No JVM is smaller than that, and the tests' is not bigger. */
    @Test
    void thisProcessHasSome() {
        assertThat(LocalHost.INSTANCE.residentBytes()).isBetween(10L << 20, 16L << 30);
    }
}
