package dev.faultline.conformance;

import dev.faultline.conformance.subject.MemoryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The report as a document. */
public final class MarkdownReport {
    private MarkdownReport() {}

    /**
     * {@return the document}
     *
     * @param report what came of all cases
     */
    public static String render(ConformanceReport report) {
        StringBuilder text = new StringBuilder();
        text.append("# What userfaultfd does on Linux ")
                .append(report.kernelVersion())
                .append("\n\n");
        text.append(
                "Made by `faultline conformance --markdown`. Each check is a case on one kind of memory. A cell tells\n");
        text.append("what came of it; unmarked, kernel and model agree with each other and with what is expected.\n\n");
        counts(text, report);
        differences(text, report.differences());
        rfc(text, report.rfc());
        for (String section : report.sections()) {
            section(text, report, section);
        }
        return text.toString();
    }

    private static void counts(StringBuilder text, ConformanceReport report) {
        text.append("| checks | |\n|---|---|\n");
        count(text, "kernel and model as expected", report.count(Verdict.SAME));
        count(text, "kernel as expected, not of the model (K)", report.count(Verdict.KERNEL_ONLY));
        count(text, "model as expected, not tried on the kernel (M)", report.count(Verdict.MODEL_ONLY));
        count(text, "not tried (-)", report.count(Verdict.SKIPPED));
        count(text, "different (**!**)", report.count(Verdict.DIFFERS));
        count(text, "together", report.checks().size());
        text.append('\n');
        String reasons = report.checks().stream()
                .map(Check::skipReason)
                .filter(reason -> !reason.isEmpty())
                .distinct()
                .sorted()
                .map(reason -> "* " + reason + "\n")
                .collect(Collectors.joining());
        if (!reasons.isEmpty()) {
            text.append("Not tried on one of the two, because:\n\n")
                    .append(reasons)
                    .append('\n');
        }
    }

    private static void count(StringBuilder text, String what, long count) {
        text.append("| ").append(what).append(" | ").append(count).append(" |\n");
    }

    private static void differences(StringBuilder text, List<Check> differences) {
        if (differences.isEmpty()) {
            return;
        }
        text.append("## Differences\n\n| check | expected | kernel | model |\n|---|---|---|---|\n");
        for (Check check : differences) {
            row(text, check.id(), check.expected(), answer(check.kernel()), answer(check.model()));
        }
        text.append('\n');
    }

    private static String answer(Answer answer) {
        return answer.tried() ? answer.text() : "not tried: " + answer.text();
    }

    private static void rfc(StringBuilder text, List<RfcRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        text.append("## The proposal of 7 January 2021, and what became of it\n\n");
        text.append(
                "The left column is what the model gives with the proposal's rules; the right one is this kernel.\n\n");
        text.append("| | memory | proposal | mainline | |\n|---|---|---|---|---|\n");
        for (RfcRow row : rows) {
            Check proposal = row.proposal();
            row(
                    text,
                    proposal.name(),
                    proposal.memory(),
                    (proposal.verdict() == Verdict.DIFFERS ? "**!** " : "")
                            + proposal.model().text(),
                    marked(row.mainline(), row.mainline().outcome()),
                    row.isKept() ? "" : "differs");
        }
        text.append('\n');
    }

    private static void section(StringBuilder text, ConformanceReport report, String section) {
        List<ReportRow> rows = ReportRow.of(report, section);
        List<String> columns = columns(rows);
        text.append("## ").append(section).append("\n\n");
        row(text, Stream.concat(Stream.of(""), columns.stream().map(name -> name.isEmpty() ? "outcome" : name)));
        text.append("|---".repeat(columns.size() + 1)).append("|\n");
        for (ReportRow row : rows) {
            row(text, Stream.concat(Stream.of(row.name()), columns.stream().map(column -> cell(row.on(column)))));
        }
        text.append('\n');
    }

    /** {@return the kinds of memory that some row has, in their order} */
    private static List<String> columns(List<ReportRow> rows) {
        List<String> columns = new ArrayList<>();
        Stream.concat(Stream.of(""), Stream.of(MemoryKind.values()).map(MemoryKind::label))
                .filter(label -> rows.stream().anyMatch(row -> row.on(label).isPresent()))
                .forEach(columns::add);
        return columns;
    }

    private static String cell(Optional<Check> check) {
        return check.map(found -> marked(found, found.outcome())).orElse("");
    }

    private static String marked(Check check, String outcome) {
        return switch (check.verdict()) {
            case SAME -> outcome;
            case KERNEL_ONLY -> outcome + " (K)";
            case MODEL_ONLY -> check.model().text() + " (M)";
            case SKIPPED -> "-";
            case DIFFERS -> "**!** " + outcome;
        };
    }

    private static void row(StringBuilder text, String... cells) {
        row(text, Stream.of(cells));
    }

    private static void row(StringBuilder text, Stream<String> cells) {
        text.append(cells.map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n")));
    }
}
