package dev.faultline.cli.demo;

import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.source.SourceReport;
import java.util.Optional;

/**
 * What a demo has seen.
 *
 * @param settings what was asked for
 * @param sourceBefore the guest on the source, just before the migration began
 * @param writtenBytesPerSecond how fast the guest wrote on the source, before the migration began
 * @param sourceAfter the source's guest process after it
 * @param destinationBefore the guest on the destination, as soon as all of it was there
 * @param destinationAfter the guest on the destination at the end
 * @param checkedAgain whether the guest has gone through all of its pages on the destination
 * @param migrated what the source's engine did
 * @param received what the destination's engine did
 * @param comparison what comparing both memories showed, if that was asked for
 * @param totalNanos from the first process to the verdict
 */
record DemoResult(
        DemoSettings settings,
        GuestReport sourceBefore,
        long writtenBytesPerSecond,
        GuestReport sourceAfter,
        GuestReport destinationBefore,
        GuestReport destinationAfter,
        boolean checkedAgain,
        SourceReport migrated,
        DestinationReport received,
        Optional<Comparison> comparison,
        long totalNanos) {

    /** {@return pages of 4 KiB that the guest checked on the source} */
    long verifiedOnSource() {
        return sourceAfter.statistics().pagesVerified();
    }

    /** {@return pages of 4 KiB that the guest checked on the destination} */
    long verifiedOnDestination() {
        return destinationAfter.statistics().pagesVerified() - verifiedOnSource();
    }

    /** {@return checks that found a page wrong, on both sides} */
    long corruptions() {
        return destinationAfter.statistics().corruptions();
    }
}
