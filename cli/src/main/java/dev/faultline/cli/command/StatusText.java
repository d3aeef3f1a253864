package dev.faultline.cli.command;

import dev.faultline.cli.json.GuestJson;
import dev.faultline.cli.json.Json;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.Sizes;
import dev.faultline.cli.text.Table;
import dev.faultline.guest.kvm.control.GuestDescription;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.GuestStatistics;
import java.util.concurrent.TimeUnit;

/** A guest as its process reports it. */
final class StatusText {
    private StatusText() {}

    static void print(GuestReport report, boolean json) {
        if (json) {
            System.out.println(Json.line(GuestJson.write(report)));
        } else {
            System.out.print(render(report));
        }
    }

    static String render(GuestReport report) {
        GuestDescription guest = report.description();
        GuestStatistics done = report.statistics();
        Table table = new Table("")
                .row("state", EnumConverter.word(report.state()))
                .row("machine", EnumConverter.word(guest.machine()) + " (" + guest.why() + ")")
                .row("vCPUs", Integer.toString(guest.vcpus()))
                .row("memory", Sizes.format(guest.memoryBytes()))
                .row("page size", Sizes.format(guest.pageSize().bytes()))
                .row("memory taken", Sizes.format(report.allocatedBytes()))
                .row("process", Long.toString(report.processId()))
                .row("engine", engine(report))
                .row("heartbeats", Numbers.count(done.heartbeats()))
                .row("pages verified", Numbers.count(done.pagesVerified()))
                .row("pages written", Numbers.count(done.pagesWritten()))
                .row("wrong pages", Numbers.count(done.corruptions()))
                .row("longest gap", Numbers.nanos(TimeUnit.MICROSECONDS.toNanos(done.longestGapMicros())));
        done.firstCorruption().ifPresent(words -> table.row("first wrong page", words));
        done.failure().ifPresent(words -> table.row("failure", words));
        return table.render();
    }

    private static String engine(GuestReport report) {
        return report.engineProcessId().isPresent()
                ? "process " + report.engineProcessId().getAsLong()
                : "none";
    }
}
