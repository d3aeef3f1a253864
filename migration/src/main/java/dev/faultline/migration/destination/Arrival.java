package dev.faultline.migration.destination;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.engine.ResidentPeak;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.journal.Journal;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What stays of an arriving guest from one connection to the next: its memory, the state of every page, who waits for
 * which, and the readers that answer its faults as far as the pages are here.
 */
final class Arrival implements AutoCloseable {
    private static final long CLOSE_NANOS = 2_000_000_000L;

    final Host host;
    final Guest guest;
    final DestinationOptions options;
    final Journal journal;
    final DestinationMemory memory;
    final FaultShards shards;
    final FaultStatistics statistics = new FaultStatistics();
    final AtomicLong receivedBytes = new AtomicLong();
    final FaultRequests requests;
    final PageMapper mapper;
    final HandOver handOver;
    final ResidentPeak resident;
    final long beganNanos;
    long preparedNanos;
    long startedNanos;
    long allHereNanos;
    long missingAtStart;
    /** What came of the audit, also if it cannot be written down. */
    @Nullable
    AuditReport audit;

    private final FaultReaders readers;
    private volatile @Nullable Reception current;

    Arrival(Host host, Guest guest, DestinationOptions options, Journal journal) {
        this.host = host;
        this.guest = guest;
        this.options = options;
        this.journal = journal;
        beganNanos = host.nanoTime();
        resident = new ResidentPeak(host, beganNanos);
        memory = new DestinationMemory(guest, journal);
        shards = FaultShards.of(guest);
        requests = new FaultRequests(memory, shards);
        mapper = new PageMapper(host, shards, memory, statistics);
        readers = new FaultReaders(host, shards, (shard, waiter) -> {
            FaultSpin spin = new FaultSpin(options.faultSpin().maxNanos());
            return new FaultService(host, shards, shard, memory, mapper, statistics, requests, waiter, spin);
        });
        handOver = new HandOver(memory, this::tellAllCurrent);
    }

    private void tellAllCurrent() {
        Reception now = current;
        if (now != null) {
            now.onAllCurrent();
        }
    }

    /** The connections have changed: what happens to pages and faults is told to this session from now on. */
    void receiveBy(Reception reception) {
        current = reception;
    }

    /** Serves the guest's faults, until all is over. */
    void serveFaults() {
        readers.start(reason -> {
            Reception now = current;
            if (now != null) {
                now.onFailure(reason);
            }
        });
    }

    DestinationReport report() {
        return new DestinationReport(
                receivedBytes.get(),
                missingAtStart,
                Arrays.stream(FaultKind.values()).map(statistics::summary).toList(),
                startedNanos - preparedNanos,
                Math.max(allHereNanos - startedNanos, 0),
                memory.stateBytes(),
                resident.bytes(),
                Objects.requireNonNullElse(audit, journal.entry().audit()));
    }

    @Override
    public void close() {
        if (!readers.end(CLOSE_NANOS)) {
            memory.keepForever();
        }
        memory.close();
    }
}
