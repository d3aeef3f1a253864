package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Both memories are compared byte by byte before the guest runs on the destination. */
class CompareIT {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"4K, precopy", "4K, postcopy", "4K, hybrid", "2M, hybrid"})
    void noByteDiffers(String pageSize, String mode) {
        List<String> options = new ArrayList<>(Demos.SMALL);
        options.addAll(List.of("--page-size", pageSize, "--mode", mode));
        JsonNode comparison = compare(options);
        assertThat(comparison.path("comparedBytes").asLong()).isEqualTo(256 * MIB);
        assertThat(comparison.path("differingBytes").asLong()).isZero();
    }

    /** What the guest never touched takes memory on neither side: 4 MiB of content in 512 MiB, and what surrounds it. */
    @ParameterizedTest
    @ValueSource(strings = {"postcopy", "hybrid"})
    void aMostlyEmptyGuestStaysSmall(String mode) {
        JsonNode comparison =
                compare(List.of("--mode", mode, "--memory", "512M", "--working-set", "3M", "--cold-set", "1M"));
        long source = comparison.path("sourceAllocatedBytes").asLong();
        assertThat(source).isBetween(4 * MIB, 6 * MIB);
        assertThat(comparison.path("destinationAllocatedBytes").asLong()).isBetween(4 * MIB, source);
        assertThat(comparison.path("differingBytes").asLong()).isZero();
    }

    private static JsonNode compare(List<String> options) {
        List<String> arguments = new ArrayList<>(options);
        arguments.add("--compare");
        Faultline demo = Demos.runOnly(arguments);
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        return demo.json().path("comparison");
    }
}
