package dev.faultline.migration.destination;

import com.sun.management.ThreadMXBean;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.page.PageStates;
import dev.faultline.uffd.UffdWaiter;
import java.lang.management.ManagementFactory;

/**
 * A guest that runs at its destination, with pages that are there: its faults are served by what serves them in the
 * engine, which is reached from this package only.
 */
public final class ServedGuest {
    private static final long SETTLE_MILLIS = 5;

    private final Guest guest;
    private final int every;
    private final FaultSpin spin;

    /**
     * What a run took.
     *
     * @param faults how many were served
     * @param allocatedBytes what the thread that served them took of the heap meanwhile
     */
    public record Served(long faults, long allocatedBytes) {}

    /**
     * Makes one whose faults nobody serves yet.
     *
     * @param guest whose memory it is
     * @param every every how many pages there is one whose content is here
     * @param spinNanos for how long to look for the next fault before sleeping, at most
     */
    public ServedGuest(Guest guest, int every, long spinNanos) {
        this.guest = guest;
        this.every = every;
        spin = new FaultSpin(spinNanos);
    }

    /** {@return a service of its faults, of which none has been mapped yet} */
    public Service serve() {
        return new Service();
    }

    /** Serves until it is ended. */
    public final class Service {
        private final DestinationMemory memory = new DestinationMemory(guest, Journal.unkept());
        private final FaultStatistics statistics = new FaultStatistics();
        private final FaultShards shards = FaultShards.of(guest);
        private final FaultShard shard = shards.all().getFirst();
        private final UffdWaiter waiter = shard.uffd().newWaiter();
        private final Thread thread;
        private final long allocatedBefore;

        private Service() {
            PageStates states = memory.states(0);
            for (int page = 0; page < states.pageCount(); page += every) {
                states.claim(page, true);
                states.finish(page, true, false);
            }
            PageMapper mapper = new PageMapper(LocalHost.INSTANCE, shards, memory, statistics);
            FaultService service = new FaultService(
                    LocalHost.INSTANCE,
                    shards,
                    shard,
                    memory,
                    mapper,
                    statistics,
                    new FaultRequests(memory, shards),
                    waiter,
                    spin);
            thread = Thread.ofPlatform().name("faultline-faults").start(service::run);
            pause(); // what it takes to begin belongs to no fault
            allocatedBefore = allocatedBytes();
        }

        /**
         * {@return what it has served, of all that was touched; ends it}
         */
        public Served end() {
            long allocated = allocatedBytes() - allocatedBefore;
            waiter.end();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the service of faults ended", e);
            }
            waiter.close();
            memory.close();
            return new Served(statistics.count(), allocated);
        }

        private long allocatedBytes() {
            return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getThreadAllocatedBytes(thread.threadId());
        }

        private static void pause() {
            try {
                Thread.sleep(SETTLE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
