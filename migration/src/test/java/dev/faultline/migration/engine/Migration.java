package dev.faultline.migration.engine;

import dev.faultline.migration.DataPath;
import dev.faultline.migration.Decision;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceObserver;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A migration under way in this process, over a relay. */
final class Migration implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 40;

    final Relay relay;
    private final Acceptor acceptor;
    private final AtomicReference<MigrationProgress> sourceProgress = new AtomicReference<>();
    private final CompletableFuture<Function<OperatorOrder, OperatorAnswer>> orders = new CompletableFuture<>();
    final List<Decision> decisions = new CopyOnWriteArrayList<>();
    private final SourceObserver observer = new SourceObserver() {
        @Override
        public void accept(MigrationProgress progress) {
            sourceProgress.set(progress);
        }

        @Override
        public void began(Function<OperatorOrder, OperatorAnswer> desk) {
            orders.complete(desk);
        }

        @Override
        public void decided(Decision decision) {
            decisions.add(decision);
        }
    };
    private final CompletableFuture<SourceReport> sent;
    private final CompletableFuture<DestinationReport> received;

    /** How it is to go. */
    record Plan(
            MigrationMode mode,
            Limits limits,
            DataPath dataPath,
            boolean verify,
            TestSwitch testSwitch,
            long holdMapNanos,
            boolean startPaused,
            long reconnectNanos) {
        Plan(MigrationMode mode, TestSwitch testSwitch, long holdMapNanos, boolean startPaused, long reconnectNanos) {
            this(mode, Limits.of(mode), DataPath.PLAIN, false, testSwitch, holdMapNanos, startPaused, reconnectNanos);
        }

        static Plan of(MigrationMode mode) {
            return new Plan(mode, TestSwitch.NONE, 0, false, 0);
        }

        Plan broken(TestSwitch by) {
            return new Plan(mode, limits, dataPath, verify, by, holdMapNanos, startPaused, reconnectNanos);
        }

        Plan reconnectingFor(long nanos) {
            return new Plan(mode, limits, dataPath, verify, testSwitch, holdMapNanos, startPaused, nanos);
        }

        Plan within(Limits others) {
            return new Plan(mode, others, dataPath, verify, testSwitch, holdMapNanos, startPaused, reconnectNanos);
        }

        Plan over(DataPath other) {
            return new Plan(mode, limits, other, verify, testSwitch, holdMapNanos, startPaused, reconnectNanos);
        }

        Plan verifying() {
            return new Plan(mode, limits, dataPath, true, testSwitch, holdMapNanos, startPaused, reconnectNanos);
        }

        Plan startingPaused() {
            return new Plan(mode, limits, dataPath, verify, testSwitch, holdMapNanos, true, reconnectNanos);
        }
    }

    Migration(TestGuest source, TestGuest destination, Plan plan, Relay.Watch watch) throws Exception {
        this(source, Journal.unkept(), destination, Journal.unkept(), plan, watch);
    }

    Migration(
            TestGuest source,
            Journal sourceJournal,
            TestGuest destination,
            Journal destinationJournal,
            Plan plan,
            Relay.Watch watch)
            throws Exception {
        acceptor = Acceptor.listen(LocalHost.INSTANCE, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        relay = new Relay(acceptor.port(), watch);
        DestinationOptions incoming = new DestinationOptions(plan.startPaused, plan.reconnectNanos, plan.testSwitch);
        SourceOptions outgoing = new SourceOptions(
                relay.address(),
                plan.mode,
                plan.limits,
                plan.dataPath,
                plan.verify,
                false,
                plan.reconnectNanos,
                plan.holdMapNanos,
                plan.testSwitch);
        received = start(() -> DestinationEngine.run(
                LocalHost.INSTANCE, destination, acceptor, incoming, destinationJournal, _ -> {}));
        sent = start(() -> SourceEngine.run(LocalHost.INSTANCE, source, outgoing, sourceJournal, observer));
    }

    private static <T> CompletableFuture<T> start(Callable<T> engine) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                result.complete(engine.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return result;
    }

    SourceReport sent() throws Exception {
        return sent.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    DestinationReport received() throws Exception {
        return received.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Gives the source an operator's order, once it takes one. */
    OperatorAnswer order(OperatorOrder order) throws Exception {
        return orders.get(PATIENCE_SECONDS, TimeUnit.SECONDS).apply(order);
    }

    /** Waits until the source has told of some progress. */
    MigrationProgress await(Predicate<MigrationProgress> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            Optional<MigrationProgress> now = sourceProgress().filter(wanted);
            if (now.isPresent()) {
                return now.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("the source is still at " + sourceProgress());
            }
            Thread.sleep(2);
        }
    }

    /** {@return what the source has told last, once it has told something} */
    Optional<MigrationProgress> sourceProgress() {
        return Optional.ofNullable(sourceProgress.get());
    }

    /** {@return why the source failed} */
    @Nullable
    String sourceFailure() throws Exception {
        return failure(sent);
    }

    @Nullable
    String destinationFailure() throws Exception {
        return failure(received);
    }

    private static @Nullable String failure(CompletableFuture<?> end) throws Exception {
        try {
            return "no failure but " + end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return Objects.requireNonNull(e.getCause()).getMessage();
        }
    }

    @Override
    public void close() throws java.io.IOException {
        relay.close();
        acceptor.close();
    }
}
