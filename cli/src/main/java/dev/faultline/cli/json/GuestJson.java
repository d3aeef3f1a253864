package dev.faultline.cli.json;

import dev.faultline.guest.kvm.control.GuestDescription;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.GuestStatistics;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** A guest for machines. */
public final class GuestJson {
    private GuestJson() {}

    /**
     * {@return a guest with its units in the names}
     *
     * @param report the guest
     */
    public static ObjectNode write(GuestReport report) {
        GuestDescription guest = report.description();
        ObjectNode node = Json.object()
                .put("state", report.state().name().toLowerCase(Locale.ROOT))
                .put("processId", report.processId())
                .put("machine", guest.machine().name().toLowerCase(Locale.ROOT))
                .put("machineReason", guest.why())
                .put("vcpus", guest.vcpus())
                .put("memoryBytes", guest.memoryBytes())
                .put("pageSizeBytes", guest.pageSize().bytes())
                .put("workingSetBytes", guest.workingSetBytes())
                .put("coldSetBytes", guest.coldSetBytes())
                .put("writeRatePagesPerSecond", guest.writeRatePagesPerSecond())
                .put("allocatedBytes", report.allocatedBytes());
        report.engineProcessId().ifPresent(processId -> node.put("engineProcessId", processId));
        GuestStatistics done = report.statistics();
        node.put("heartbeats", done.heartbeats())
                .put("pagesVerified", done.pagesVerified())
                .put("pagesWritten", done.pagesWritten())
                .put("corruptions", done.corruptions())
                .put("longestGapMicros", done.longestGapMicros())
                .put("pauseGapMicros", done.pauseGapMicros());
        done.firstCorruption().ifPresent(words -> node.put("firstCorruption", words));
        done.failure().ifPresent(words -> node.put("failure", words));
        return node;
    }
}
