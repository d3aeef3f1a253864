package dev.faultline.cli.conformance;

import dev.faultline.cli.text.Numbers;
import dev.faultline.conformance.Answer;
import dev.faultline.conformance.Check;
import dev.faultline.conformance.ConformanceReport;
import dev.faultline.conformance.ReportRow;
import dev.faultline.conformance.RfcRow;
import dev.faultline.conformance.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The report for people: a table for each section, then what differs, then the counts. */
final class ConformanceText {
    private static final List<String> MEMORY = List.of("anon", "shmem", "shmem-private", "hugetlb", "hugetlb-private");
    private static final List<String> HEADINGS = List.of("anon", "shmem", "-private", "hugetlb", "-private");
    private static final int CELL = 10;

    private final StringBuilder text = new StringBuilder();

    private ConformanceText() {}

    static String of(ConformanceReport report) {
        ConformanceText text = new ConformanceText();
        report.sections().forEach(section -> text.section(section, ReportRow.of(report, section)));
        text.rfc(report.rfc());
        text.reasons(report);
        report.differences().forEach(text::difference);
        text.counts(report);
        return text.text.toString();
    }

    private void section(String section, List<ReportRow> rows) {
        int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
        width = Math.max(width, section.length());
        text.append(pad(section, width));
        HEADINGS.forEach(heading -> text.append("  ").append(pad(heading, CELL)));
        text.append('\n');
        for (ReportRow row : rows) {
            text.append(pad(row.name(), width));
            for (String memory : MEMORY) {
                text.append("  ").append(pad(mark(row, memory), CELL));
            }
            text.append("  ").append(outcomes(row)).append('\n');
        }
        text.append('\n');
    }

    private static String mark(ReportRow row, String memory) {
        // A case that is about no kind of memory is in the first column.
        Optional<Check> check = row.on(memory).or(() -> memory.equals("anon") ? row.on("") : Optional.empty());
        return check.map(found -> mark(found.verdict())).orElse("");
    }

    private static String mark(Verdict verdict) {
        return switch (verdict) {
            case SAME -> "same";
            case KERNEL_ONLY -> "kernel";
            case MODEL_ONLY -> "model";
            case DIFFERS -> "DIFFERS";
            case SKIPPED -> "-";
        };
    }

    /** {@return the outcome of most kinds of memory, then those of the others} */
    private static String outcomes(ReportRow row) {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        for (String memory : MEMORY) {
            row.on(memory)
                    .filter(check -> check.verdict() != Verdict.SKIPPED)
                    .ifPresent(check -> kinds.merge(check.outcome(), List.of(memory), ConformanceText::joined));
        }
        if (kinds.isEmpty()) {
            return row.on("").map(Check::outcome).orElse("");
        }
        return kinds.entrySet().stream()
                .map(entry -> kinds.size() == 1
                        ? entry.getKey()
                        : String.join(", ", entry.getValue()) + ": " + entry.getKey())
                .collect(Collectors.joining(" | "));
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private void rfc(List<RfcRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        String format = "%-40s  %-15s  %-12s  %-12s  %s%n";
        text.append(String.format(format, "The proposal of 7 January 2021", "memory", "proposal", "mainline", ""));
        for (RfcRow row : rows) {
            Check proposal = row.proposal();
            text.append(String.format(
                            format,
                            proposal.name(),
                            proposal.memory(),
                            proposal.model().text(),
                            row.mainline().outcome(),
                            row.isKept() ? "" : "changed")
                    .stripTrailing());
            text.append('\n');
        }
        text.append('\n');
    }

    private void reasons(ConformanceReport report) {
        Map<String, Long> reasons = report.checks().stream()
                .filter(check -> !check.skipReason().isEmpty())
                .collect(Collectors.groupingBy(Check::skipReason, LinkedHashMap::new, Collectors.counting()));
        reasons.forEach((reason, count) -> text.append(Numbers.count(count))
                .append(" not tried on kernel and model both: ")
                .append(reason)
                .append('\n'));
    }

    private void difference(Check check) {
        text.append("DIFFERS  ").append(check.id()).append('\n');
        text.append("    expected  ").append(check.expected()).append('\n');
        text.append("    kernel    ").append(answer(check.kernel())).append('\n');
        text.append("    model     ").append(answer(check.model())).append('\n');
    }

    private static String answer(Answer answer) {
        return answer.tried() ? answer.text() : "not tried: " + answer.text();
    }

    private void counts(ConformanceReport report) {
        text.append(String.format(
                "Linux %s: %s checks: %s same on kernel and model, %s on the kernel only, %s on the model only,"
                        + " %s not tried, %s different.%n",
                report.kernelVersion(),
                Numbers.count(report.checks().size()),
                Numbers.count(report.count(Verdict.SAME)),
                Numbers.count(report.count(Verdict.KERNEL_ONLY)),
                Numbers.count(report.count(Verdict.MODEL_ONLY)),
                Numbers.count(report.count(Verdict.SKIPPED)),
                Numbers.count(report.differences().size())));
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
