package dev.faultline.migration.source;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.Decision;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.RoundSummary;
import dev.faultline.migration.engine.ResidentPeak;
import dev.faultline.migration.host.Host;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a move from here has been so far, over all of its connections. */
final class SourceStory {
    final SourceCounters counters = new SourceCounters();
    final List<RoundSummary> finishedRounds = new ArrayList<>();
    final List<Decision> decisions = new ArrayList<>();
    /** Of one that stood by, when it was told to begin. */
    long beganNanos;
    /** Whether the guest may be slowed down. */
    boolean throttled;
    /** Whether this move stopped the guest, which ran. */
    boolean stoppedHere;
    /** Whether the destination may have loaded the guest, and wait to hear who runs it. */
    boolean prepareSent;

    /** The formats of content that the destination knows, as a set: those of ACCEPT. */
    int formats;

    /** What is dirty, once the guest is paused. */
    @Nullable
    LastScan lastScan;

    long pausedNanos;
    long downtimeNanos;
    long deviceStateBytes;

    final WriteTracker tracker;
    final ResidentPeak resident;

    SourceStory(Host host, WriteTracker tracker) {
        beganNanos = host.nanoTime();
        this.tracker = tracker;
        resident = new ResidentPeak(host, beganNanos);
    }

    SourceReport report(MigrationMode mode, DataPath dataPath, AuditReport audit, long stateBytes, long nowNanos) {
        return new SourceReport(
                mode,
                List.copyOf(finishedRounds),
                List.copyOf(decisions),
                counters.precopyPages.get(),
                counters.dirtyPages.get(),
                counters.pushedPages.get(),
                counters.faultPages.get(),
                counters.faultCurrent.get(),
                counters.sentBytes.get(),
                counters.wireBytes.get(),
                counters.compressedBytes.get(),
                counters.deltaPages.get(),
                counters.deltaSavedBytes.get(),
                counters.deltaHashBytes.get(),
                dataPath.connections(),
                dataPath.compression(),
                deviceStateBytes,
                downtimeNanos,
                pausedNanos - beganNanos,
                nowNanos - beganNanos,
                stateBytes,
                resident.bytes(),
                audit);
    }
}
