package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Json;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ConformanceIT {
    @Test
    void theTableIsOfThisKernelAndNothingDiffers() {
        Faultline command = Faultline.run("conformance", "--select", "2 resolving calls: (cached|missing)");

        assertThat(command.exitCode()).as(command.toString()).isZero();
        assertThat(command.out()).contains("cached: CONTINUE", "OK, file", "same on kernel and model");
        assertThat(command.out().lines().toList().getLast()).contains("0 different");
    }

    @Test
    void hugePagesAreThereWhileItRuns() {
        JsonNode json = Json.parse(Faultline.run("conformance", "--select", "\\[hugetlb\\]", "--json")
                        .out())
                .orElseThrow();

        assertThat(json.path("counts").path("same").asInt()).isGreaterThan(100);
    }

    @Test
    void theModelAloneNeedsNoKernel() {
        Faultline command =
                Faultline.run("conformance", "--subject", "model", "--select", "minor-collapse", "--markdown");

        assertThat(command.exitCode()).as(command.toString()).isZero();
        assertThat(command.out()).contains("| minor-collapse | ok; silent 7; silent 8; silent 0 (M) |");
    }

    @Test
    void aPatternThatFindsNothingIsAnError() {
        Faultline command = Faultline.run("conformance", "--select", "no such case");

        assertThat(command.exitCode()).isEqualTo(1);
        assertThat(command.err()).contains("No case");
    }
}
