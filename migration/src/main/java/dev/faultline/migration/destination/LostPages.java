package dev.faultline.migration.destination;

import dev.faultline.migration.LostPagesReport;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.OnLostPages;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.page.PageBits;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Does without the pages that only a source had which never comes back: poisons them, or ends the guest. Only a guest that
 * is the destination's own is treated so, so that no other host can run it.
 */
public final class LostPages {
    private static final System.Logger LOG = System.getLogger(LostPages.class.getName());
    private static final long AGAIN_NANOS = 1_000_000L;
    private static final long END_NANOS = 10_000_000_000L;

    private final Host host;
    private final Guest guest;
    private final Journal journal;
    private final DestinationMemory memory;

    LostPages(Host host, Guest guest, Journal journal, DestinationMemory memory) {
        this.host = host;
        this.guest = guest;
        this.journal = journal;
        this.memory = memory;
    }

    /**
     * Ends a move that was broken off when the guest was the destination's, because its source never comes back.
     *
     * @param host where this engine runs
     * @param guest the guest
     * @param journal its journal, reopened, in phase RUNNING; LOST when this returns, or COMPLETE if no page is missing
     * @param policy POISON or KILL
     * @return what is lost
     * @throws MigrationException if it could not be done; the message says how the guest is
     */
    public static LostPagesReport giveUp(Host host, Guest guest, Journal journal, OnLostPages policy)
            throws MigrationException {
        try (DestinationMemory memory = new DestinationMemory(guest, journal)) {
            LostPages lost = new LostPages(host, guest, journal, memory);
            if (policy != OnLostPages.KILL) {
                memory.rejoin(); // an engine that was ended in between may have left the registration already
            }
            LostPagesReport report = lost.giveUp(policy);
            if (policy != OnLostPages.KILL && journal.entry().runs()) {
                guest.resume(); // the engine that lost its source had paused it
            }
            return report;
        } catch (GuestException | LinuxException e) {
            throw new MigrationException("the lost pages could not be given up: " + e.getMessage(), e);
        }
    }

    /**
     * Poisons what is missing, or ends the guest.
     *
     * @throws MigrationException if it could not be done
     * @throws GuestException if the guest does not do as it is told
     * @throws LinuxException if the kernel refuses it
     */
    LostPagesReport giveUp(OnLostPages policy) throws MigrationException {
        List<PageBits> missing = memory.missing();
        LostPagesReport report = report(missing, policy);
        if (policy == OnLostPages.KILL && report.pages() > 0) {
            kill();
        } else {
            poison(missing);
            memory.disarm();
        }
        LOG.log(System.Logger.Level.WARNING, "the source is given up: " + report.words());
        note(report.pages() > 0 ? Phase.LOST : Phase.COMPLETE);
        return report;
    }

    private void note(Phase phase) {
        try {
            journal.record(phase);
        } catch (GuestException e) {
            LOG.log(System.Logger.Level.WARNING, "that pages are lost could not be written down", e);
        }
    }

    private void kill() throws MigrationException {
        if (!journal.entry().key().kill(END_NANOS)) {
            throw new MigrationException("the guest was killed, and its process has not ended yet", null);
        }
    }

    /** Who waits for such a page is woken, and touches it again. */
    private void poison(List<PageBits> missing) throws MigrationException {
        for (int index = 0; index < missing.size(); index++) {
            PageBits bits = missing.get(index);
            int first = bits.next(0);
            while (first < bits.pageCount()) {
                int end = bits.nextAbsent(first);
                poison(memory.region(index), first, end);
                first = bits.next(end);
            }
        }
    }

    private void poison(GuestRegion region, int first, int end) throws MigrationException {
        int shift = region.pageShift();
        int page = first;
        while (page < end) {
            long address = region.guestAddress() + ((long) page << shift);
            long lengthBytes = (long) (end - page) << shift;
            Outcome outcome = guest.uffd(region).poison(address, lengthBytes, 0);
            if (outcome.bytesDone(lengthBytes) > 0) {
                page += (int) (outcome.bytesDone(lengthBytes) >> shift);
            } else if (outcome.kind() == Outcome.Kind.ALREADY_MAPPED) {
                page++; // by an engine that was ended while it did this
            } else if (outcome.kind() == Outcome.Kind.CHANGING) {
                host.pause(AGAIN_NANOS);
            } else {
                throw new MigrationException(
                        "UFFDIO_POISON (Linux 6.6) of page " + page + " of " + region.name() + " failed: " + outcome,
                        null);
            }
        }
    }

    private LostPagesReport report(List<PageBits> missing, OnLostPages policy) {
        List<LostPagesReport.Region> regions = new ArrayList<>();
        List<LostPagesReport.Range> ranges = new ArrayList<>();
        long more = 0;
        for (int index = 0; index < missing.size(); index++) {
            PageBits bits = missing.get(index);
            GuestRegion region = memory.region(index);
            if (bits.size() > 0) {
                regions.add(new LostPagesReport.Region(
                        region.name(), bits.size(), (long) bits.size() << region.pageShift()));
            }
            int first = bits.next(0);
            while (first < bits.pageCount()) {
                int end = bits.nextAbsent(first);
                if (ranges.size() < LostPagesReport.MAX_RANGES) {
                    ranges.add(new LostPagesReport.Range(region.name(), first, end - 1L));
                } else {
                    more++;
                }
                first = bits.next(end);
            }
        }
        return new LostPagesReport(policy, List.copyOf(regions), List.copyOf(ranges), more);
    }
}
