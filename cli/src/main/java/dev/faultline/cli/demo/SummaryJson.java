package dev.faultline.cli.demo;

import dev.faultline.cli.json.GuestJson;
import dev.faultline.cli.json.Json;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.cli.option.EnumConverter;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A demo's result for machines. Units are in the names; pages that the guest counts have 4096 bytes. */
final class SummaryJson {
    private SummaryJson() {}

    static ObjectNode write(DemoResult result) {
        Verdict verdict = Verdict.of(result);
        ObjectNode node = Json.object().put("ok", verdict.isGood());
        ArrayNode problems = node.putArray("problems");
        verdict.problems().forEach(problems::add);
        node.put("memoryBackend", EnumConverter.word(result.settings().backend().backend()));
        result.settings().backend().fallback().ifPresent(why -> node.put("memoryBackendReason", why));
        node.put("totalNanos", result.totalNanos());
        node.put("writtenBytesPerSecond", result.writtenBytesPerSecond());
        node.put("verifiedOnSource", result.verifiedOnSource());
        node.put("verifiedOnDestination", result.verifiedOnDestination());
        node.put("checkedAllAgain", result.checkedAgain());
        node.put("corruptions", result.corruptions());
        node.set("migration", RecordJson.write(result.migrated()));
        node.set("destination", RecordJson.write(result.received()));
        result.comparison().ifPresent(comparison -> node.set("comparison", comparison(comparison)));
        node.set("guestOnSource", GuestJson.write(result.sourceAfter()));
        node.set("guestOnDestination", GuestJson.write(result.destinationAfter()));
        return node;
    }

    private static ObjectNode comparison(Comparison comparison) {
        return Json.object()
                .put("comparedBytes", comparison.comparedBytes())
                .put("differingBytes", comparison.differingBytes())
                .put("sourceAllocatedBytes", comparison.sourceAllocatedBytes())
                .put("destinationAllocatedBytes", comparison.destinationAllocatedBytes());
    }

    static ObjectNode failure(String sentence) {
        ObjectNode node = Json.object().put("ok", false);
        node.putArray("problems").add(sentence);
        return node;
    }
}
