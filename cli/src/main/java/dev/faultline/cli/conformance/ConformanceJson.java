package dev.faultline.cli.conformance;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.conformance.Check;
import dev.faultline.conformance.ConformanceReport;
import dev.faultline.conformance.Verdict;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The report for machines. */
final class ConformanceJson {
    private ConformanceJson() {}

    static ObjectNode of(ConformanceReport report) {
        ObjectNode node = Json.object()
                .put("kernelVersion", report.kernelVersion())
                .put("kernelLack", report.kernelLack())
                .put("clean", report.isClean());
        ObjectNode counts = node.putObject("counts");
        for (Verdict verdict : Verdict.values()) {
            counts.put(name(verdict), report.count(verdict));
        }
        ArrayNode checks = node.putArray("checks");
        report.checks().forEach(check -> checks.add(of(check)));
        ArrayNode rfc = node.putArray("rfc");
        report.rfc()
                .forEach(row -> rfc.add(Json.object().put("kept", row.isKept()).set("proposal", of(row.proposal()))));
        return node;
    }

    private static ObjectNode of(Check check) {
        return RecordJson.write(check).put("verdict", name(check.verdict()));
    }

    private static String name(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }
}
