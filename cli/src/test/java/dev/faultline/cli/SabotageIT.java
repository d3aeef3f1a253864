package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** An engine that is broken on purpose: the guest itself notices. Without this, its verdict would mean little. */
class SabotageIT {
    /** Slower than a destination that is made slow, so that a page on its way at the pause is not written once more. */
    private static final String[] SLOW = {
        "--memory", "64M", "--working-set", "16M", "--cold-set", "8M", "--write-rate", "5000"
    };

    @ParameterizedTest
    @CsvSource({"write-after-map, postcopy, max", "skip-final-scan, hybrid, 50000", "skip-final-scan, precopy, 50000"})
    void theGuestFindsWrongPages(String testSwitch, String mode, String writeRate) {
        assertCaught(Demos.run("--test-switch", testSwitch, "--mode", mode, "--write-rate", writeRate));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hybrid", "precopy"})
    void theGuestFindsPagesThatWereOnTheirWay(String mode) {
        List<String> arguments = new ArrayList<>(List.of(SLOW));
        arguments.addAll(List.of("--test-switch", "drop-barrier", "--mode", mode));
        assertCaught(Demos.runOnly(arguments));
    }

    @Test
    void theAuditFindsPagesThatDidNotArrive() {
        Faultline demo = Demos.run("--test-switch", "skip-final-scan", "--write-rate", "50000", "--verify");
        assertThat(demo.exitCode()).as(demo.toString()).isEqualTo(1);
        assertThat(demo.err())
                .contains("the audit found that ")
                .contains(" pages did not arrive as they are at the source: ")
                .contains(", clean by the dirty map)")
                .hasLineCount(1);
        JsonNode audit = demo.json().path("migration").path("audit");
        assertThat(audit.path("mismatches").asLong()).isPositive();
        assertThat(audit.path("words").asString()).contains(" page ").contains(" at 0x");
        assertThat(demo.json().path("destination").path("audit").path("mismatches"))
                .isEqualTo(audit.path("mismatches"));
    }

    private static void assertCaught(Faultline demo) {
        assertThat(demo.exitCode()).as(demo.toString()).isEqualTo(1);
        assertThat(demo.err()).startsWith("The guest found ").contains("vCPU").hasLineCount(1);
        assertThat(demo.json().path("ok").asBoolean()).isFalse();
        assertThat(demo.json().path("corruptions").asLong()).isPositive();
    }
}
