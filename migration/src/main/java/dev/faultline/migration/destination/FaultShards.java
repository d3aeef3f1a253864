package dev.faultline.migration.destination;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.page.WaitingFaults;
import dev.faultline.uffd.Uffd;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** The faults of a guest, divided by its userfaultfds: what is asked of one is never held up by another. */
final class FaultShards {
    private final List<FaultShard> all = new ArrayList<>();
    private final List<FaultShard> byRegion = new ArrayList<>();

    /** Divides them by the userfaultfds of the regions, in the order of the region ids. */
    FaultShards(List<Uffd> uffds) {
        IdentityHashMap<Uffd, FaultShard> known = new IdentityHashMap<>();
        for (Uffd uffd : uffds) {
            byRegion.add(known.computeIfAbsent(uffd, this::add));
        }
    }

    static FaultShards of(Guest guest) {
        return new FaultShards(guest.regions().stream().map(guest::uffd).toList());
    }

    private FaultShard add(Uffd uffd) {
        FaultShard shard = new FaultShard(uffd);
        all.add(shard);
        return shard;
    }

    List<FaultShard> all() {
        return all;
    }

    /** {@return the one that a region is of} */
    FaultShard of(int region) {
        return byRegion.get(region);
    }

    /** Shows every page that is waited for. */
    void forEachWaiting(WaitingFaults.Visitor visitor) {
        for (FaultShard shard : all) {
            shard.waiting().forEach(visitor);
        }
    }
}
