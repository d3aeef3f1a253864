package dev.faultline.guest.kvm.control;

import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.PageSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code query} returns, written and read. A member that has nothing to say is left out. */
final class ReportJson {
    private ReportJson() {}

    static ObjectNode write(GuestReport report) {
        GuestDescription description = report.description();
        ObjectNode node = Json.object();
        node.put("version", report.version());
        node.put("processId", report.processId());
        node.put("state", report.state().name());
        node.put("machine", Json.lowerCase(description.machine()));
        node.put("why", description.why());
        node.put("vcpus", description.vcpus());
        node.put("memoryBytes", description.memoryBytes());
        node.put("pageSizeBytes", description.pageSize().bytes());
        node.put("allocatedBytes", report.allocatedBytes());
        ObjectNode workload = node.putObject("workload");
        workload.put("workingSetBytes", description.workingSetBytes());
        workload.put("coldSetBytes", description.coldSetBytes());
        workload.put("writeRatePagesPerSecond", description.writeRatePagesPerSecond());
        writeStatistics(node.putObject("statistics"), report.statistics());
        report.engineProcessId().ifPresent(processId -> node.putObject("engine").put("processId", processId));
        return node;
    }

    private static void writeStatistics(ObjectNode node, GuestStatistics statistics) {
        node.put("heartbeats", statistics.heartbeats());
        node.put("pagesVerified", statistics.pagesVerified());
        node.put("pagesWritten", statistics.pagesWritten());
        node.put("passes", statistics.passes());
        node.put("coldTouches", statistics.coldTouches());
        node.put("corruptions", statistics.corruptions());
        statistics.firstCorruption().ifPresent(words -> node.put("firstCorruption", words));
        node.put("longestGapMicros", statistics.longestGapMicros());
        node.put("pauseGapMicros", statistics.pauseGapMicros());
        statistics.failure().ifPresent(words -> node.put("failure", words));
        ArrayNode vcpus = node.putArray("vcpus");
        statistics
                .vcpus()
                .forEach(vcpu -> vcpus.addObject()
                        .put("pagesVerified", vcpu.pagesVerified())
                        .put("coldTouches", vcpu.coldTouches()));
    }

    static GuestReport read(ObjectNode node) {
        ObjectNode workload = Json.child(node, "workload");
        GuestDescription description = new GuestDescription(
                MachineType.valueOf(Json.text(node, "machine").toUpperCase(Locale.ROOT)),
                Json.text(node, "why"),
                Math.toIntExact(Json.number(node, "vcpus")),
                Json.number(node, "memoryBytes"),
                PageSize.ofBytes(Json.number(node, "pageSizeBytes")),
                Json.number(workload, "workingSetBytes"),
                Json.number(workload, "coldSetBytes"),
                Json.number(workload, "writeRatePagesPerSecond"));
        return new GuestReport(
                Json.text(node, "version"),
                Json.number(node, "processId"),
                GuestState.valueOf(Json.text(node, "state")),
                description,
                Json.number(node, "allocatedBytes"),
                node.has("engine")
                        ? OptionalLong.of(Json.number(Json.child(node, "engine"), "processId"))
                        : OptionalLong.empty(),
                readStatistics(Json.child(node, "statistics")));
    }

    private static GuestStatistics readStatistics(ObjectNode node) {
        return new GuestStatistics(
                Json.number(node, "heartbeats"),
                Json.number(node, "pagesVerified"),
                Json.number(node, "pagesWritten"),
                Json.number(node, "passes"),
                Json.number(node, "coldTouches"),
                Json.number(node, "corruptions"),
                optionalText(node, "firstCorruption"),
                Json.number(node, "longestGapMicros"),
                Json.number(node, "pauseGapMicros"),
                optionalText(node, "failure"),
                readVcpus(Json.array(node, "vcpus")));
    }

    private static List<VcpuProgress> readVcpus(ArrayNode node) {
        List<VcpuProgress> vcpus = new ArrayList<>();
        for (JsonNode vcpu : node) {
            if (!(vcpu instanceof ObjectNode object)) {
                throw new IllegalArgumentException("a vCPU is no object");
            }
            vcpus.add(new VcpuProgress(Json.number(object, "pagesVerified"), Json.number(object, "coldTouches")));
        }
        return vcpus;
    }

    private static Optional<String> optionalText(ObjectNode node, String member) {
        return node.has(member) ? Optional.of(Json.text(node, member)) : Optional.empty();
    }
}
