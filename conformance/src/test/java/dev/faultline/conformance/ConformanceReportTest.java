package dev.faultline.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.conformance.cases.Case;
import dev.faultline.conformance.cases.Expectation;
import dev.faultline.conformance.cases.KernelVersion;
import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.model.Defect;
import dev.faultline.model.Rules;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConformanceReportTest {
    private static final Answer RIGHT = new Answer("OK", true, true);
    private static final Answer WRONG = new Answer("EINVAL", true, false);
    private static final Answer NOT_TRIED = new Answer("why not", false, false);

    private static Check check(Answer kernel, Answer model) {
        return new Check("1", "name", "shmem", "OK", kernel, model);
    }

    @Test
    void aVerdictIsThatOfTheWorse() {
        assertThat(check(RIGHT, RIGHT).verdict()).isEqualTo(Verdict.SAME);
        assertThat(check(RIGHT, WRONG).verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(check(WRONG, RIGHT).verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(check(NOT_TRIED, WRONG).verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(check(RIGHT, NOT_TRIED).verdict()).isEqualTo(Verdict.KERNEL_ONLY);
        assertThat(check(NOT_TRIED, RIGHT).verdict()).isEqualTo(Verdict.MODEL_ONLY);
        assertThat(check(NOT_TRIED, NOT_TRIED).verdict()).isEqualTo(Verdict.SKIPPED);
    }

    @Test
    void aDifferenceIsShownWithBothAnswers() {
        ConformanceReport report = new ConformanceReport("6.18", "", List.of(check(RIGHT, WRONG)), List.of());

        assertThat(report.isClean()).isFalse();
        assertThat(MarkdownReport.render(report)).contains("| 1: name [shmem] | OK | OK | EINVAL |", "**!** OK");
    }

    @Test
    void aDifferenceFromTheProposalCounts() {
        RfcRow row = new RfcRow(check(NOT_TRIED, WRONG), check(RIGHT, RIGHT));

        assertThat(new ConformanceReport("6.18", "", List.of(), List.of(row)).isClean())
                .isFalse();
    }

    @Test
    void whatIsNotExpectedDiffers() {
        assertThat(onModel("OK", Set.of()).verdict()).isEqualTo(Verdict.MODEL_ONLY);
        assertThat(onModel("EINVAL", Set.of()).verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(onModel("OK", Set.of(Need.RAW_CALLS)).verdict()).isEqualTo(Verdict.SKIPPED);
    }

    @Test
    void aProgramThatBreaksDiffers() {
        Check check = onModel("OK", Set.of(), _ -> {
            throw new IllegalStateException("broken");
        });

        assertThat(check.verdict()).isEqualTo(Verdict.DIFFERS);
        assertThat(check.model().text()).contains("broken");
    }

    private static Check onModel(String expected, Set<Need> needs) {
        return onModel(expected, needs, _ -> "OK");
    }

    private static Check onModel(String expected, Set<Need> needs, Case.Program program) {
        Case tried = new Case(
                "1", "name", MemoryKind.SHMEM, KernelVersion.OF_MODEL, needs, Expectation.parse(expected), program);
        try (Subject model = new ModelSubject(Rules.MAINLINE, Defect.NONE, 1)) {
            return new Trial(tried, null, model, "not asked").run();
        }
    }
}
