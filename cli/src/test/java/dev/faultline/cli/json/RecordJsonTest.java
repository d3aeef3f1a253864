package dev.faultline.cli.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Compression;
import dev.faultline.migration.Decision;
import dev.faultline.migration.Decision.Step;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.destination.FaultKind;
import dev.faultline.migration.destination.FaultSummary;
import dev.faultline.migration.source.SourceReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
    @Test
    void everyReportSurvivesTheWayThroughText() {
        survives(new SourceReport(
                MigrationMode.HYBRID,
                List.of(new RoundSummary(0, 1, 2, 3, 4, 5)),
                List.of(new Decision(Step.GO_ON, 0, 1, 2, 3, 4, Long.MAX_VALUE, 6, "why")),
                3,
                4,
                5,
                6,
                7,
                8,
                9,
                10,
                15,
                16,
                17,
                2,
                Compression.AUTO,
                11,
                12,
                13,
                14,
                15,
                16,
                new AuditReport(true, 1, 2, "ram page 5", 3, 4)));
        survives(new MigrationProgress("post-copy", 1, 2, 3, Long.MAX_VALUE, 5));
        survives(new DestinationReport(
                1,
                2,
                List.of(new FaultSummary(FaultKind.FETCHED, 1, 2, 3, 4), new FaultSummary(FaultKind.ZERO, 0, 0, 0, 0)),
                3,
                4,
                5,
                6,
                AuditReport.NONE));
    }

    private static void survives(Record record) {
        String text = Json.line(RecordJson.write(record));
        assertThat(text).doesNotContain("\n");
        assertThat((Record) RecordJson.read(Json.parse(text).orElseThrow(), record.getClass()))
                .isEqualTo(record);
    }

    @Test
    void aMissingMemberIsAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordJson.read(Json.object().put("phase", "x"), MigrationProgress.class))
                .withMessageContaining("round");
    }

    @Test
    void whatIsNoObjectIsNothing() {
        assertThat(Json.parse("[1]")).isEmpty();
        assertThat(Json.parse("{")).isEmpty();
        assertThat(Json.parse("OpenJDK says something")).isEmpty();
    }
}
