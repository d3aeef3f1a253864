package dev.faultline.cli.doctor;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.json.RecordJson;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Says what this machine can do, and what is missing. */
@Command(
        name = "doctor",
        description = {
            "Show what this machine supports, and what to do about each thing that is missing.",
            "Exit code 0 if a guest can be migrated here at all."
        },
        mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
    private static final String NAME_FORMAT = "%-28s %-8s %s%n";

    @Option(names = "--json", description = "Say it to machines: one JSON object.")
    private boolean json;

    private DoctorCommand() {}

    @Override
    public Integer call() {
        Diagnosis diagnosis = Diagnosis.make();
        if (json) {
            System.out.println(Json.line(toJson(diagnosis)));
        } else {
            print(diagnosis);
        }
        return diagnosis.canMigrate() ? 0 : 1;
    }

    private static void print(Diagnosis diagnosis) {
        for (Finding finding : diagnosis.findings()) {
            System.out.printf(NAME_FORMAT, finding.name(), finding.ok() ? "ok" : "missing", finding.detail());
            if (!finding.remedy().isEmpty()) {
                System.out.printf(NAME_FORMAT, "", "", "-> " + finding.remedy());
            }
        }
        System.out.println();
        System.out.println(diagnosis.conclusion());
    }

    private static ObjectNode toJson(Diagnosis diagnosis) {
        ObjectNode node = Json.object()
                .put("canMigrate", diagnosis.canMigrate())
                .put("canRunOnKvm", diagnosis.canRunOnKvm())
                .put("conclusion", diagnosis.conclusion());
        ArrayNode findings = node.putArray("findings");
        diagnosis.findings().forEach(finding -> findings.add(RecordJson.write(finding)));
        return node;
    }
}
