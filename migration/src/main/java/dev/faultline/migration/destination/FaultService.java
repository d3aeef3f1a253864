package dev.faultline.migration.destination;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.page.PageStates;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.UffdWaiter;

/**
 * Reads the faults of one of the guest's userfaultfds. A page whose content is right is mapped at once; for any other the
 * source is asked, unless that was done; it goes on from connection to connection. Whoever then makes the page current
 * answers the fault.
 */
final class FaultService {
    private static final int BATCH = 64;
    /** So many batches are served by compiled code between two steps of the loop that is interpreted. */
    private static final int ROUNDS = 32;
    /** How often to look whether an answer was missed, and to retry what the kernel put off. */
    private static final long SWEEP_NANOS = 20_000_000L;
    /** While nobody waits there is nothing to sweep; and to set a timer takes a tenth of a fault. */
    private static final long FOREVER = -1;
    /** A thread of the guest that waits longer than this for a page will wait for ever. */
    private static final long MAX_AGE_NANOS = 30_000_000_000L;

    private final Host host;
    private final FaultShards shards;
    private final FaultShard shard;
    private final DestinationMemory memory;
    private final WaitingFaults waiting;
    private final PageMapper mapper;
    private final FaultStatistics statistics;
    private final FaultRequests requests;
    private final UffdWaiter waiter;
    private final FaultSpin spin;
    /** When it last looked at the clock: once for what it reads, and once for each fault that it answers. */
    private long nowNanos;

    private long sweptNanos;

    FaultService(
            Host host,
            FaultShards shards,
            FaultShard shard,
            DestinationMemory memory,
            PageMapper mapper,
            FaultStatistics statistics,
            FaultRequests requests,
            UffdWaiter waiter,
            FaultSpin spin) {
        this.host = host;
        this.shards = shards;
        this.shard = shard;
        this.memory = memory;
        waiting = shard.waiting();
        this.mapper = mapper;
        this.statistics = statistics;
        this.requests = requests;
        this.waiter = waiter;
        this.spin = spin;
    }

    /** Serves faults until the waiting is ended. */
    void run() {
        try (EventBatch batch = new EventBatch(BATCH)) {
            nowNanos = host.nanoTime();
            sweptNanos = nowNanos;
            while (!waiter.hasEnded()) {
                serve(batch);
            }
        }
    }

    /** Not for ever: a loop is interpreted until it ends, and what has been called often enough is compiled code. */
    private void serve(EventBatch batch) {
        for (int round = 0; round < ROUNDS && !waiter.hasEnded(); round++) {
            serveNext(batch);
        }
    }

    private void serveNext(EventBatch batch) {
        int count = next(batch);
        for (int i = 0; i < count; i++) {
            if (batch.isPageFault(i)) {
                onFault(batch.address(i));
            }
        }
        if (nowNanos - sweptNanos >= SWEEP_NANOS) {
            sweptNanos = nowNanos;
            sweep(nowNanos);
        }
    }

    /** {@return how many events are in the batch now, 0 or more} */
    private int next(EventBatch batch) {
        int count = 0;
        if (spin.nanos() > 0) {
            count = waiter.spin(batch, spin.nanos());
            spin.spun(count > 0);
            nowNanos = host.nanoTime();
        }
        return count > 0 ? count : await(batch);
    }

    private int await(EventBatch batch) {
        long begin = nowNanos;
        boolean found = waiter.await(waiting.isEmpty() ? FOREVER : SWEEP_NANOS);
        int count = found ? shard.uffd().read(batch) : 0;
        nowNanos = host.nanoTime();
        if (found) {
            spin.slept(nowNanos - begin);
        }
        return count;
    }

    private void onFault(long address) {
        int index = memory.regionAt(address);
        if (index < 0 || shards.of(index) != shard) {
            throw new IllegalStateException(
                    String.format("a fault at 0x%x, which is in no region of this userfaultfd", address));
        }
        GuestRegion region = memory.region(index);
        PageStates states = memory.states(index);
        int page = (int) ((address - region.guestAddress()) >> region.pageShift());
        byte state = states.state(page);
        if (PageStates.isCurrent(state)) {
            if (mapper.map(index, page)) {
                FaultKind kind = state == PageStates.CURRENT_ZERO ? FaultKind.ZERO : FaultKind.CURRENT;
                long readNanos = nowNanos;
                nowNanos = host.nanoTime();
                statistics.record(kind, nowNanos - readNanos);
            } else {
                waiting.add(WaitingFaults.key(index, page), nowNanos);
            }
            return;
        }
        boolean first = waiting.add(WaitingFaults.key(index, page), nowNanos);
        state = states.state(page);
        if (PageStates.isCurrent(state)) {
            mapper.answer(index, page, FaultKind.FETCHED); // its writer may have looked before it stood in the list
        } else if (first && state != PageStates.WRITING_FINAL) {
            requests.ask(index, page, nowNanos);
        }
    }

    private void sweep(long nowNanos) {
        waiting.forEach(key -> {
            int index = WaitingFaults.region(key);
            int page = WaitingFaults.page(key);
            if (PageStates.isCurrent(memory.states(index).state(page))) {
                mapper.answer(index, page, FaultKind.CONFIRMED);
            }
        });
        requests.askAgain(nowNanos);
        if (requests.oldestAgeNanos(waiting, nowNanos) > MAX_AGE_NANOS) {
            throw new IllegalStateException(
                    "a page that the guest waits for has not come for " + MAX_AGE_NANOS / 1_000_000_000L + " s");
        }
    }
}
