package dev.faultline.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The checks of one case: a row of the table, with a column for each kind of memory.
 *
 * @param name the case
 * @param checks its checks, by the name of the memory
 */
public record ReportRow(String name, Map<String, Check> checks) {
    /** Copies the map. */
    public ReportRow {
        checks = Map.copyOf(checks);
    }

    /**
     * {@return the rows of a section, in order}
     *
     * @param report what came of all cases
     * @param section which
     */
    public static List<ReportRow> of(ConformanceReport report, String section) {
        Map<String, Map<String, Check>> byName = new LinkedHashMap<>();
        for (Check check : report.checks()) {
            if (check.section().equals(section)) {
                byName.computeIfAbsent(check.name(), _ -> new LinkedHashMap<>()).put(check.memory(), check);
            }
        }
        List<ReportRow> rows = new ArrayList<>();
        byName.forEach((name, checks) -> rows.add(new ReportRow(name, checks)));
        return rows;
    }

    /**
     * {@return the check on a kind of memory, if the case has one}
     *
     * @param memory its name, or an empty text for a case that is about none
     */
    public Optional<Check> on(String memory) {
        return Optional.ofNullable(checks.get(memory));
    }
}
