package dev.faultline.cli.command;

import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.Sizes;
import dev.faultline.cli.text.Table;
import dev.faultline.migration.AuditReport;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.destination.FaultSummary;
import dev.faultline.migration.source.SourceReport;

/** What both sides of a migration did, for people. */
public final class ReportText {
    private ReportText() {}

    static String source(SourceReport report) {
        Table table = new Table("");
        if (!report.decisions().isEmpty()) {
            table.row("handed over because", report.decisions().getLast().reason());
        }
        table.row("mode", EnumConverter.word(report.mode()))
                .row(
                        "rounds before the hand-over",
                        Numbers.count(report.rounds().size()))
                .row("pages sent in rounds", Numbers.count(report.precopyPages()))
                .row("pages missing at the hand-over", Numbers.count(report.dirtyPages()))
                .row("pages pushed", Numbers.count(report.pushedPages()))
                .row("pages sent for faults", Numbers.count(report.faultPages()))
                .row("content sent", Sizes.format(report.sentBytes()))
                .row("  of that, compressed", Sizes.format(report.compressedBytes()))
                .row("  on the wire", Sizes.format(report.wireBytes()))
                .row("pages sent as deltas", Numbers.count(report.deltaPages()))
                .row("  not sent because of that", Sizes.format(report.deltaSavedBytes()))
                .row("  memory for hashes of blocks", Sizes.format(report.deltaHashBytes()))
                .row("page connections", Numbers.count(report.connections()))
                .row("compression", EnumConverter.word(report.compression()))
                .row("downtime", Numbers.nanos(report.downtimeNanos()))
                .row("total time", Numbers.nanos(report.totalNanos()));
        memory(table, report.stateBytes(), report.residentBytes());
        return audited(table, report.audit()).render();
    }

    private static void memory(Table table, long stateBytes, long residentBytes) {
        table.row("memory of the engine", Sizes.format(residentBytes))
                .row("  of that, for page states", Sizes.format(stateBytes));
    }

    static String destination(DestinationReport report) {
        Table table = new Table("")
                .row("content received", Sizes.format(report.receivedBytes()))
                .row("pages missing when it started", Numbers.count(report.missingAtStart()))
                .row("from the order to the start", Numbers.nanos(report.startDelayNanos()))
                .row("until the last page was here", Numbers.nanos(report.afterStartNanos()));
        memory(table, report.stateBytes(), report.residentBytes());
        return audited(table, report.audit()).render() + faults(report).render();
    }

    /**
     * {@return a table with the rows of an audit, if there was one}
     *
     * @param table what it is added to
     * @param audit what it showed
     */
    public static Table audited(Table table, AuditReport audit) {
        return audit.asked()
                ? table.row("pages audited", Numbers.count(audit.pages()))
                        .row("  wrong", Numbers.count(audit.mismatches()))
                        .row("  memory for hashes", Sizes.format(audit.hashBytes()))
                        .row("  time, beside the guest", Numbers.nanos(audit.durationNanos()))
                : table;
    }

    /**
     * {@return the faults by kind, with the times from the event to the answer}
     *
     * @param report what the destination did
     */
    public static Table faults(DestinationReport report) {
        Table table = new Table("").row("faults", "count", "p50", "p99", "max");
        for (FaultSummary kind : report.faults()) {
            if (kind.count() == 0) {
                table.row("  " + EnumConverter.word(kind.kind()), "0", "-", "-", "-");
            } else {
                table.row(
                        "  " + EnumConverter.word(kind.kind()),
                        Numbers.count(kind.count()),
                        Numbers.nanos(kind.p50Nanos()),
                        Numbers.nanos(kind.p99Nanos()),
                        Numbers.nanos(kind.maxNanos()));
            }
        }
        return table;
    }
}
