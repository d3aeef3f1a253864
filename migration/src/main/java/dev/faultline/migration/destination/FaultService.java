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
    /** How often to look whether an answer was missed, and to retry what the kernel put off. */
    private static final long SWEEP_NANOS = 20_000_000L;
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
            long sweptNanos = host.nanoTime();
            while (!waiter.hasEnded()) {
                int count = await() ? shard.uffd().read(batch) : 0;
                for (int i = 0; i < count; i++) {
                    if (batch.isPageFault(i)) {
                        onFault(batch.address(i));
                    }
                }
                long now = host.nanoTime();
                if (now - sweptNanos >= SWEEP_NANOS) {
                    sweptNanos = now;
                    sweep(now);
                }
            }
        }
    }

    private boolean await() {
        if (spin.nanos() > 0) {
            boolean found = waiter.spin(spin.nanos());
            spin.spun(found);
            if (found) {
                return true;
            }
        }
        long begin = host.nanoTime();
        boolean found = waiter.await(SWEEP_NANOS);
        if (found) {
            spin.slept(host.nanoTime() - begin);
        }
        return found;
    }

    private void onFault(long address) {
        long now = host.nanoTime();
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
                statistics.record(kind, host.nanoTime() - now);
            } else {
                waiting.add(WaitingFaults.key(index, page), now);
            }
            return;
        }
        boolean first = waiting.add(WaitingFaults.key(index, page), now);
        state = states.state(page);
        if (PageStates.isCurrent(state)) {
            mapper.answer(index, page, FaultKind.FETCHED); // its writer may have looked before it stood in the list
        } else if (first && state != PageStates.WRITING_FINAL) {
            requests.ask(index, page, now);
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
