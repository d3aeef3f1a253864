package dev.faultline.migration.source;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.Compression;
import dev.faultline.migration.Decision;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.RoundSummary;
import java.util.List;

/**
 * What the source did, after a migration that came to its end. Pages are of the guest's page size.
 *
 * @param mode when the guest changed hosts
 * @param rounds the rounds of pre-copy, in order
 * @param decisions what was decided before the hand-over, in order
 * @param precopyPages pages with content that were sent in rounds
 * @param dirtyPages pages that the destination lacked at the hand-over
 * @param pushedPages pages with content that were pushed after it
 * @param faultPages pages that were sent because the guest touched them
 * @param faultCurrent touches that were answered with "your copy is the final one"
 * @param sentBytes content sent in all, as it is in memory
 * @param wireBytes what that took on the page and fault connections, headers included
 * @param compressedBytes content of that which was sent compressed
 * @param deltaPages huge pages of which only the blocks were sent that had changed
 * @param deltaSavedBytes content that was not sent because of that
 * @param deltaHashBytes memory that the hashes of blocks took, for deltas
 * @param connections how many connections carried pages
 * @param compression what was to be done to their content
 * @param deviceStateBytes size of the device state
 * @param downtimeNanos from the order to pause until the destination said that the guest runs
 * @param precopyNanos from the beginning to the order to pause
 * @param totalNanos from the beginning to the end
 * @param stateBytes what it remembered of the guest's pages, at its most
 * @param residentBytes the most memory that its process had to itself, that state included and the guest's memory not
 * @param audit whether every page arrived as it is here, if that was asked for
 */
public record SourceReport(
        MigrationMode mode,
        List<RoundSummary> rounds,
        List<Decision> decisions,
        long precopyPages,
        long dirtyPages,
        long pushedPages,
        long faultPages,
        long faultCurrent,
        long sentBytes,
        long wireBytes,
        long compressedBytes,
        long deltaPages,
        long deltaSavedBytes,
        long deltaHashBytes,
        int connections,
        Compression compression,
        long deviceStateBytes,
        long downtimeNanos,
        long precopyNanos,
        long totalNanos,
        long stateBytes,
        long residentBytes,
        AuditReport audit) {}
