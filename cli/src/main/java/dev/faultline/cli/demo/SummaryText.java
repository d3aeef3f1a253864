package dev.faultline.cli.demo;

import dev.faultline.cli.command.ReportText;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.Sizes;
import dev.faultline.cli.text.Table;
import dev.faultline.guest.kvm.control.GuestDescription;
import dev.faultline.migration.AuditReport;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.source.SourceReport;
import java.util.concurrent.TimeUnit;

/** A demo's result for people. */
final class SummaryText {
    private SummaryText() {}

    static String render(DemoResult result) {
        return String.join(
                "\n",
                heading(result),
                pages(result).render(),
                times(result).render(),
                ReportText.faults(result.received()).render(),
                guest(result).render(),
                verdict(result));
    }

    private static String heading(DemoResult result) {
        GuestDescription guest = result.sourceBefore().description();
        return String.format(
                "%s in pages of %s, %s on %s (%s), %s%n",
                Sizes.format(guest.memoryBytes()),
                Sizes.format(guest.pageSize().bytes()),
                Numbers.count(guest.vcpus(), "vCPU"),
                EnumConverter.word(guest.machine()),
                guest.why(),
                EnumConverter.word(result.migrated().mode()));
    }

    private static Table pages(DemoResult result) {
        SourceReport source = result.migrated();
        Table table = new Table("").row("pages", "count", "copied at", "dirty then");
        for (RoundSummary round : source.rounds()) {
            table.row(
                    "  round " + round.round(),
                    Numbers.count(round.sentPages()),
                    Numbers.rate(round.sentBytes(), round.durationNanos()),
                    Numbers.count(round.dirtyPages()));
        }
        table.row("  sent before the hand-over", Numbers.count(source.precopyPages()))
                .row("  missing at the hand-over", Numbers.count(source.dirtyPages()))
                .row("  sent because the guest touched them", Numbers.count(source.faultPages()))
                .row("  pushed", Numbers.count(source.pushedPages()))
                .row("content sent", Sizes.format(source.sentBytes()));
        AuditReport audit = source.audit().holding(result.received().audit().hashBytes());
        return ReportText.audited(table, audit);
    }

    private static Table times(DemoResult result) {
        SourceReport source = result.migrated();
        DestinationReport destination = result.received();
        return new Table("")
                .row("times")
                .row("  before the hand-over", Numbers.nanos(source.precopyNanos()))
                .row("  downtime", Numbers.nanos(source.downtimeNanos()))
                .row("  from the resume to the last page", Numbers.nanos(destination.afterStartNanos()))
                .row("  migration in all", Numbers.nanos(source.totalNanos()))
                .row("  demo in all", Numbers.nanos(result.totalNanos()));
    }

    private static Table guest(DemoResult result) {
        long silentNanos = TimeUnit.MICROSECONDS.toNanos(
                result.destinationAfter().statistics().pauseGapMicros());
        Table table = new Table("")
                .row("guest", "source", "destination")
                .row(
                        "  pages checked",
                        Numbers.count(result.verifiedOnSource()),
                        Numbers.count(result.verifiedOnDestination()))
                .row("  heartbeats", heartbeatsOnSource(result), heartbeatsOnDestination(result))
                .row(
                        "  memory taken",
                        Sizes.format(result.sourceAfter().allocatedBytes()),
                        Sizes.format(result.destinationAfter().allocatedBytes()))
                .row("  writes, before", Numbers.rate(result.writtenBytesPerSecond(), TimeUnit.SECONDS.toNanos(1)))
                .row("  silent while it moved", "", Numbers.nanos(silentNanos))
                .row("  wrong pages", "", Numbers.count(result.corruptions()));
        return table;
    }

    private static String heartbeatsOnSource(DemoResult result) {
        return Numbers.count(result.sourceAfter().statistics().heartbeats());
    }

    private static String heartbeatsOnDestination(DemoResult result) {
        return Numbers.count(result.destinationAfter().statistics().heartbeats()
                - result.sourceAfter().statistics().heartbeats());
    }

    private static String verdict(DemoResult result) {
        String comparison = result.comparison()
                .map(found -> String.format(
                        "%s of %s bytes differ; the source's memory takes %s, the destination's %s.%n",
                        Numbers.count(found.differingBytes()),
                        Numbers.count(found.comparedBytes()),
                        Sizes.format(found.sourceAllocatedBytes()),
                        Sizes.format(found.destinationAllocatedBytes())))
                .orElse("");
        return comparison
                + (Verdict.of(result).isGood()
                        ? "The guest ran on both sides, and every page that it checked was right.\n"
                        : "The migration FAILED.\n");
    }
}
