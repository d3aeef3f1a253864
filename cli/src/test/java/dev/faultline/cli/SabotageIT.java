package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An engine that is broken on purpose: the guest itself notices. Without this, its verdict would mean little. */
class SabotageIT {
    @ParameterizedTest
    @CsvSource({
        "write-after-map, postcopy",
        "skip-final-scan, hybrid",
        "skip-final-scan, precopy",
        "drop-barrier, hybrid"
    })
    void theGuestFindsWrongPages(String testSwitch, String mode) {
        Faultline demo = Demos.run("--test-switch", testSwitch, "--mode", mode);
        assertThat(demo.exitCode()).as(demo.toString()).isEqualTo(1);
        assertThat(demo.err()).startsWith("The guest found ").contains("vCPU").hasLineCount(1);
        assertThat(demo.json().path("ok").asBoolean()).isFalse();
        assertThat(demo.json().path("corruptions").asLong()).isPositive();
    }
}
