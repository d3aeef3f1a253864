package dev.faultline.migration.destination;

import dev.faultline.migration.AuditReport;
import java.util.List;

/**
 * What the destination did, after a migration that came to its end.
 *
 * @param receivedBytes content received in all
 * @param missingAtStart pages that were not at their final content when the guest began to run here, unknown ones included
 * @param faults how the guest's faults were answered, one entry for each kind
 * @param startDelayNanos from the source's order to prepare until the guest ran
 * @param afterStartNanos from then until every page was here
 * @param stateBytes what it remembered of the guest's pages, without the hashes of an audit
 * @param residentBytes the most memory that its process had to itself, without the guest's memory
 * @param audit what the source found wrong, if it was to audit the pages
 */
public record DestinationReport(
        long receivedBytes,
        long missingAtStart,
        List<FaultSummary> faults,
        long startDelayNanos,
        long afterStartNanos,
        long stateBytes,
        long residentBytes,
        AuditReport audit) {}
