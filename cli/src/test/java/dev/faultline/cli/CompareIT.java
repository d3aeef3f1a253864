package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Both memories are compared byte by byte before the guest runs on the destination. */
class CompareIT {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"4K, precopy", "4K, postcopy", "4K, hybrid", "2M, precopy", "2M, postcopy", "2M, hybrid"})
    void noByteDiffers(String pageSize, String mode) {
        JsonNode comparison = compare("--page-size", pageSize, "--mode", mode);
        assertThat(comparison.path("comparedBytes").asLong()).isEqualTo(256 * MIB);
        assertThat(comparison.path("differingBytes").asLong()).isZero();
    }

    /** What the guest never touched takes memory on neither side: 4 MiB of content in 512 MiB, and what surrounds it. */
    @Test
    void aMostlyEmptyGuestStaysSmall() {
        for (String mode : new String[] {"precopy", "postcopy", "hybrid"}) {
            JsonNode comparison =
                    compare("--mode", mode, "--memory", "512M", "--working-set", "3M", "--cold-set", "1M");
            long source = comparison.path("sourceAllocatedBytes").asLong();
            assertThat(source).isBetween(4 * MIB, 6 * MIB);
            assertThat(comparison.path("destinationAllocatedBytes").asLong()).isBetween(4 * MIB, source);
            assertThat(comparison.path("differingBytes").asLong()).isZero();
        }
    }

    private static JsonNode compare(String... options) {
        String[] all = new String[options.length + 1];
        all[0] = "--compare";
        System.arraycopy(options, 0, all, 1, options.length);
        Faultline demo = Demos.run(all);
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        return demo.json().path("comparison");
    }
}
