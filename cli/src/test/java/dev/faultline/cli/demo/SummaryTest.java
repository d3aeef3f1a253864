package dev.faultline.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Json;
import dev.faultline.migration.guest.GuestState;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SummaryTest {
    @Test
    void tellsPeopleWhatHappened() {
        assertThat(SummaryText.render(DemoFixture.good()))
                .startsWith("64 MiB in pages of 4 KiB, 1 vCPU on kvm (KVM is usable), hybrid\n")
                .contains("  sent before the hand-over             98,304  in 2 rounds\n")
                .contains("  downtime                          70.8 ms\n")
                .contains("  current     70  42.5 us  926 us  926 us\n")
                .contains("  zero         0        -       -       -\n")
                .contains("  pages checked           1,000        3,000\n")
                .endsWith("The guest ran on both sides, and every page that it checked was right.\n");
    }

    @Test
    void tellsPeopleThatItFailed() {
        DemoResult good = DemoFixture.good();
        DemoResult bad = DemoFixture.result(
                good.sourceAfter(),
                good.destinationBefore(),
                DemoFixture.report(GuestState.RUNNING, DemoFixture.statistics(30, 4000, 300, 1)),
                true,
                Optional.of(new Comparison(67_108_864, 1, 25_165_824, 25_165_824)));
        assertThat(SummaryText.render(bad))
                .contains("1 of 67,108,864 bytes differ; the source's memory takes 24 MiB, the destination's 24 MiB.")
                .endsWith("The migration FAILED.\n");
    }

    @Test
    void tellsMachinesTheSame() {
        JsonNode json =
                Json.parse(Json.line(SummaryJson.write(DemoFixture.good()))).orElseThrow();
        assertThat(json.path("ok").asBoolean()).isTrue();
        assertThat(json.path("problems")).isEmpty();
        assertThat(json.at("/migration/downtimeNanos").asLong()).isEqualTo(70_800_000);
        assertThat(json.at("/destination/faults/0/p99Nanos").asLong()).isEqualTo(926_000);
        assertThat(json.path("verifiedOnDestination").asLong()).isEqualTo(3000);
        assertThat(json.at("/guestOnSource/state").asString()).isEqualTo("relinquished");
    }
}
