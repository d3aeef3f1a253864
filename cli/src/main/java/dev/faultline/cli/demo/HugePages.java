package dev.faultline.cli.demo;

import dev.faultline.cli.option.GuestOptions;
import dev.faultline.cli.process.HugePagePool;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.text.Numbers;
import org.jspecify.annotations.Nullable;

/** The huge pages that both sides' guests need: found in the pool, or added to it for the time of the demo. */
final class HugePages implements AutoCloseable {
    private static final int SIDES = 2;

    private final @Nullable HugePagePool added;

    private HugePages(@Nullable HugePagePool added) {
        this.added = added;
    }

    /**
     * Sees to it that there are enough.
     *
     * @throws OperatorException if there are not, and none may be added or none can
     */
    static HugePages provide(GuestOptions guest, boolean add) throws OperatorException {
        if (!guest.pageSize().isHuge()) {
            return new HugePages(null);
        }
        long needed = SIDES * Math.ceilDiv(guest.memoryBytes(), guest.pageSize().bytes());
        dev.faultline.uffd.memory.HugePages pool = dev.faultline.uffd.memory.HugePages.read();
        long missing = needed - pool.unreserved();
        if (missing <= 0) {
            return new HugePages(null);
        }
        if (add) {
            return new HugePages(HugePagePool.add(missing));
        }
        throw new OperatorException("The two guests need " + Numbers.count(needed) + " huge pages of 2 MiB and "
                + Numbers.count(pool.unreserved()) + " are free: run 'sysctl vm.nr_hugepages="
                + (pool.total() + missing) + "' as root, or add --reserve-hugepages to have them for this demo only");
    }

    @Override
    public void close() {
        if (added != null) {
            added.close();
        }
    }
}
