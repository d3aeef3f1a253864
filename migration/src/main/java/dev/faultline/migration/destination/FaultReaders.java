package dev.faultline.migration.destination;

import dev.faultline.migration.engine.EngineLoop;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Worker;
import dev.faultline.uffd.UffdWaiter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The threads that serve the guest's faults: one for each of its userfaultfds, which has nothing to wait for at another. */
final class FaultReaders {
    /** Makes what serves the faults of one userfaultfd. */
    @FunctionalInterface
    interface Services {
        FaultService serving(FaultShard shard, UffdWaiter waiter);
    }

    private static final class Reader {
        private final FaultShard shard;
        private final UffdWaiter waiter;
        private @Nullable Worker worker;

        Reader(FaultShard shard) {
            this.shard = shard;
            waiter = shard.uffd().newWaiter();
        }

        boolean isEnded(long timeoutNanos) {
            return worker == null || worker.join(timeoutNanos);
        }

        /** {@return whether it has ended in time, and has given back what it takes} */
        boolean close(long timeoutNanos) {
            boolean ended = isEnded(timeoutNanos);
            if (ended) {
                waiter.close();
            }
            return ended;
        }
    }

    private final Host host;
    private final Services services;
    private final List<Reader> readers = new ArrayList<>();

    FaultReaders(Host host, FaultShards shards, Services services) {
        this.host = host;
        this.services = services;
        shards.all().forEach(shard -> readers.add(new Reader(shard)));
    }

    /**
     * Has the faults served by those that do not serve already.
     *
     * @param onFailure told why one has ended before its time, on its thread
     */
    void start(Consumer<String> onFailure) {
        for (int i = 0; i < readers.size(); i++) {
            Reader reader = readers.get(i);
            if (reader.isEnded(0)) {
                FaultService service = services.serving(reader.shard, reader.waiter);
                reader.worker = host.start("faults-" + i, () -> {
                    try {
                        service.run();
                    } catch (RuntimeException | Error e) {
                        onFailure.accept(EngineLoop.reason(e));
                    }
                });
            }
        }
    }

    /**
     * Ends all of them.
     *
     * @param timeoutNanos how long that may take
     * @return whether all have ended; what they use must not be taken from one that has not
     */
    boolean end(long timeoutNanos) {
        readers.forEach(reader -> reader.waiter.end());
        long deadline = host.nanoTime() + timeoutNanos;
        readers.removeIf(reader -> reader.close(deadline - host.nanoTime()));
        return readers.isEmpty();
    }
}
