package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.state.StateWriter;
import dev.faultline.guest.kvm.workload.PageContent;
import dev.faultline.guest.kvm.workload.Progress;
import dev.faultline.guest.kvm.workload.VcpuArea;
import dev.faultline.migration.guest.GuestException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What is known of a vCPU from outside. Written by the thread that runs it, read by any. */
final class Journal {
    private final int vcpu;
    private final VcpuArea area;

    private volatile Progress progress = Progress.START;
    private volatile @Nullable Corruption firstCorruption;
    private volatile long corruptions;
    private volatile long lastHeartbeatMicros;
    private volatile long longestGapMicros;
    private volatile long pauseGapMicros;

    /** Whether the next heartbeat is the first since a pause. */
    private boolean silent = true;

    Journal(int vcpu, VcpuArea area) {
        this.vcpu = vcpu;
        this.area = area;
    }

    /** Notes where the vCPU is, without a heartbeat. */
    void at(Progress now) {
        progress = now;
    }

    void heartbeat(Progress now) {
        heartbeat(now, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    }

    // Each field has one writer.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void heartbeat(Progress now, long epochMicros) {
        // The clock may have been set back, and another host's may differ.
        long gap = lastHeartbeatMicros == 0 ? 0 : Math.max(0, epochMicros - lastHeartbeatMicros);
        if (silent) {
            silent = false;
            pauseGapMicros = gap;
        } else {
            longestGapMicros = Math.max(longestGapMicros, gap);
        }
        lastHeartbeatMicros = epochMicros;
        progress = now;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    void corruption(long guestAddress, int word, long expected, long actual) {
        if (firstCorruption == null) {
            firstCorruption = new Corruption(vcpu, guestAddress, word, expected, actual);
        }
        corruptions++;
    }

    /** Notes that the vCPU is about to be silent. */
    void paused() {
        silent = true;
    }

    Progress progress() {
        return progress;
    }

    VcpuArea area() {
        return area;
    }

    VcpuStats stats(@Nullable String failure) {
        Progress now = progress;
        return new VcpuStats(
                now.heartbeats(),
                now.pagesVerified(area),
                now.pagesWritten(area),
                now.passes(),
                now.coldTouches(),
                corruptions,
                firstCorruption,
                lastHeartbeatMicros,
                longestGapMicros,
                pauseGapMicros,
                failure);
    }

    void save(StateWriter out) {
        out.putLong(lastHeartbeatMicros);
        out.putLong(longestGapMicros);
        out.putLong(corruptions);
        Corruption first = firstCorruption;
        if (first != null) {
            out.putLong(first.guestAddress());
            out.putInt(first.word());
            out.putLong(first.expected());
            out.putLong(first.actual());
        }
    }

    void load(StateReader in) {
        lastHeartbeatMicros = in.getLong();
        longestGapMicros = in.getLong();
        corruptions = in.getLong();
        firstCorruption = corruptions == 0 ? null : loadCorruption(in);
        silent = true;
    }

    private Corruption loadCorruption(StateReader in) {
        long guestAddress = in.getLong();
        int word = in.getInt();
        if (word < 0 || word >= PageContent.WORDS) {
            throw new GuestException("The machine state tells of a wrong word " + word + " of a page.");
        }
        return new Corruption(vcpu, guestAddress, word, in.getLong(), in.getLong());
    }
}
