package dev.faultline.migration.source;

import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.page.DirtyCounts;
import dev.faultline.migration.page.PageBits;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Pre-copy, and the end of it. A page is scanned (and so protected again) before it is copied: whatever is written
 * during or after the copy is found by the next scan, the last of which runs with the guest paused.
 */
final class RoundSender {
    private final Host host;
    private final SourceMemory memory;
    private final WriteTracker tracker;
    private final PageSenders senders;
    private final SourceCounters counters;
    private final TestSwitch testSwitch;
    private final Gate gate;
    private List<PageBits> dirty;
    private final List<DirtyCounts> dirtied;
    private int round;

    RoundSender(
            Host host,
            SourceMemory memory,
            WriteTracker tracker,
            PageSenders senders,
            SourceCounters counters,
            Gate gate,
            TestSwitch testSwitch) {
        this.host = host;
        this.gate = gate;
        this.memory = memory;
        this.tracker = tracker;
        this.senders = senders;
        this.counters = counters;
        this.testSwitch = testSwitch;
        dirty = memory.allPages();
        counters.dirtyPages.set(SourceMemory.size(dirty));
        dirtied = dirty.stream().map(bits -> new DirtyCounts(bits.pageCount())).toList();
    }

    /** Sends what is dirty, the first time everything, and finds what was written meanwhile. */
    RoundSummary sendRound(int number) throws IOException {
        long begin = host.nanoTime();
        long bytesBefore = counters.sentBytes.get();
        long sentPages = send(number);
        tracker.takeWritten(dirty);
        countDirtied();
        return summary(number, sentPages, begin, bytesBefore);
    }

    /**
     * The last round of a guest whose devices write to pages that they looked up before: finds what was written while
     * nothing is under way, and sends it. What is written from then on is for the final scan: one in between would protect
     * pages that such a write is on its way to.
     */
    RoundSummary sendDrainedRound(int number, Guest guest) throws IOException {
        long begin = host.nanoTime();
        long bytesBefore = counters.sentBytes.get();
        guest.whileDrained(() -> tracker.takeWritten(dirty));
        countDirtied();
        return summary(number, send(number), begin, bytesBefore);
    }

    private long send(int number) throws IOException {
        round = number;
        alternate(number);
        List<PageBits> unsent = memory.newBits();
        long sentPages = senders.sendAll(dirty, number, unsent);
        senders.endRound();
        counters.precopyPages.addAndGet(sentPages);
        dirty = unsent;
        return sentPages;
    }

    private void alternate(int number) {
        if (testSwitch == TestSwitch.ALTERNATE_CONNECTIONS) {
            senders.stripes().shift(number);
        }
    }

    private RoundSummary summary(int number, long sentPages, long begin, long bytesBefore) {
        long dirtyPages = SourceMemory.size(dirty);
        counters.dirtyPages.set(dirtyPages);
        return new RoundSummary(
                number,
                sentPages,
                counters.sentBytes.get() - bytesBefore,
                host.nanoTime() - begin,
                dirtyPages,
                memory.bytes(dirty));
    }

    /**
     * With the guest paused, and before the destination is told so: a frame that it has not acknowledged by now may never
     * take effect. Once it is told it drops what is still on its way, and acknowledges that too.
     */
    void closeRounds() {
        if (testSwitch != TestSwitch.DROP_BARRIER) {
            senders.addUnacknowledged(dirty);
        }
    }

    /** With the guest paused and the rounds closed: what is dirty from now on does not change any more. */
    LastScan lastScan() {
        return new LastScan(host, dirty, this::addWritten);
    }

    private void addWritten(int region, int first, int count, PageBits into) {
        if (tracker.isTracking() && testSwitch != TestSwitch.SKIP_FINAL_SCAN) {
            try {
                tracker.takeWritten(new Ranges.Range(region, first, count), into);
            } catch (LinuxException e) {
                // Its machine has ended, say, whose memory is here all the same: what nobody can tell is sent.
                System.getLogger(RoundSender.class.getName())
                        .log(System.Logger.Level.DEBUG, "a part of the last scan failed", e);
                into.add(first, count);
            }
        }
    }

    /** With the guest paused: sends what is dirty and waits until it has taken effect, so that nothing is dirty. */
    LastScan copyRest() throws IOException {
        if (tracker.isTracking() && testSwitch != TestSwitch.SKIP_FINAL_SCAN) {
            tracker.takeWritten(dirty);
        }
        gate.reopen();
        alternate(round + 1);
        counters.precopyPages.addAndGet(senders.sendAll(dirty, round + 1L, memory.newBits()));
        senders.requestAck();
        if (testSwitch != TestSwitch.DROP_BARRIER) {
            senders.awaitApplied();
        }
        dirty = memory.newBits();
        return LastScan.of(host, dirty);
    }

    private void countDirtied() {
        for (int region = 0; region < dirty.size(); region++) {
            dirtied.get(region).count(dirty.get(region));
        }
    }

    /** {@return in which order to push what is dirty} Nothing is sent in rounds any more. */
    PushOrder pushOrder(List<PageBits> finalDirty) {
        List<List<PageBits>> byRegion =
                dirtied.stream().map(DirtyCounts::takeHottestFirst).toList();
        List<List<PageBits>> hottestFirst = new ArrayList<>();
        for (int level = 0; level < DirtyCounts.MOST; level++) {
            List<PageBits> pages = new ArrayList<>();
            for (List<PageBits> region : byRegion) {
                pages.add(region.get(level));
            }
            hottestFirst.add(pages);
        }
        return new PushOrder(finalDirty, hottestFirst, senders.stripes());
    }
}
