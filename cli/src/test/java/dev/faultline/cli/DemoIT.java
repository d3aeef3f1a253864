package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.text.Numbers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The demo in each mode, with each page size: {@code ./dev soak demo runs=20} runs each so often, with a guest of 1 GiB
 * that writes faster than the engine copies.
 */
class DemoIT {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Soak soak = new Soak("demo");

    @Test
    void movesAGuestThatFindsEveryPageRight() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String mode : List.of("precopy", "postcopy", "hybrid")) {
            for (String pageSize : List.of("4K", "2M")) {
                rows.add(runs(mode, pageSize));
            }
        }
        soak.writeTable(
                "Demos: every run ended with exit code 0 and no wrong page",
                List.of(
                        "mode",
                        "page size",
                        "runs",
                        "guest writes",
                        "engine copies",
                        "missing at the hand-over, median",
                        "pages verified on the destination",
                        "downtime median",
                        "downtime max",
                        "faults",
                        "total median"),
                rows);
    }

    @Test
    void verifiesAMove() {
        Faultline demo = Demos.run("--verify");
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        JsonNode audit = demo.json().path("migration").path("audit");
        assertThat(audit.path("pages").asLong()).isEqualTo((256L << 20) / 4096);
        assertThat(audit.path("mismatches").asLong(-1)).isZero();
        assertThat(demo.json()
                        .path("destination")
                        .path("audit")
                        .path("hashBytes")
                        .asLong())
                .isEqualTo((256L << 20) / 4096 * 9);
    }

    private List<String> runs(String mode, String pageSize) {
        int runs = soak.number("runs", 1);
        List<JsonNode> results = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            Faultline demo = Demos.runOnly(options(mode, pageSize));
            assertThat(demo.exitCode()).as(demo.toString()).isZero();
            assertThat(demo.err()).isEmpty();
            assertThat(demo.out().lines()).hasSize(1);
            JsonNode result = demo.json();
            assertThat(result.path("ok").asBoolean()).isTrue();
            assertThat(result.path("corruptions").asLong()).isZero();
            assertThat(result.path("verifiedOnSource").asLong()).isPositive();
            assertThat(result.path("verifiedOnDestination").asLong()).isPositive();
            assertThat(result.path("guestOnSource").path("state").asString()).isEqualTo("relinquished");
            results.add(result);
        }
        return List.of(
                mode,
                pageSize,
                Integer.toString(runs),
                Numbers.rate(median(results, "/writtenBytesPerSecond"), SECOND_NANOS),
                Numbers.rate(sumAt(results, "/migration/sentBytes"), sumAt(results, "/migration/totalNanos")),
                Numbers.count(median(results, "/migration/dirtyPages")),
                Numbers.count(sum(results, "verifiedOnDestination")),
                Numbers.nanos(median(results, "/migration/downtimeNanos")),
                Numbers.nanos(max(results, "/migration/downtimeNanos")),
                Numbers.count(results.stream().mapToLong(DemoIT::faults).sum()),
                Numbers.nanos(median(results, "/migration/totalNanos")));
    }

    private List<String> options(String mode, String pageSize) {
        List<String> options = new ArrayList<>(List.of("--mode", mode, "--page-size", pageSize));
        if (!soak.isRequested()) {
            options.addAll(Demos.SMALL);
        }
        return options;
    }

    private static long sumAt(List<JsonNode> results, String pointer) {
        return results.stream().mapToLong(result -> result.at(pointer).asLong()).sum();
    }

    private static long faults(JsonNode result) {
        long faults = 0;
        for (JsonNode kind : result.path("destination").path("faults")) {
            faults += kind.path("count").asLong();
        }
        return faults;
    }

    private static long sum(List<JsonNode> results, String member) {
        return results.stream()
                .mapToLong(result -> result.path(member).asLong())
                .sum();
    }

    private static long max(List<JsonNode> results, String pointer) {
        return results.stream()
                .mapToLong(result -> result.at(pointer).asLong())
                .max()
                .orElseThrow();
    }

    private static long median(List<JsonNode> results, String pointer) {
        return results.stream()
                .mapToLong(result -> result.at(pointer).asLong())
                .sorted()
                .skip(results.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void showsASummaryToPeople() {
        Faultline demo = Faultline.run("demo", "--memory", "64M", "--working-set", "16M", "--cold-set", "8M");
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        assertThat(demo.out())
                .contains("downtime", "pushed", "fetched", "p99", "pages checked")
                .endsWith("The guest ran on both sides, and every page that it checked was right.");
    }

    @Test
    void movesAGuestWithSeveralProcessors() {
        Faultline demo = Demos.run("--vcpus", "3", "--write-rate", "20000");
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        assertThat(demo.json().at("/guestOnDestination/vcpus").asInt()).isEqualTo(3);
    }

    @Test
    void movesAGuestWithoutKvm() {
        Faultline demo = Demos.run("--machine", "native");
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        assertThat(demo.json().at("/guestOnSource/machine").asString()).isEqualTo("native");
        assertThat(demo.json().at("/guestOnSource/machineReason").asString()).isNotEmpty();
    }
}
