package dev.faultline.migration.source;

import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.engine.EngineLoop;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Has an operator's orders carried out on the engine's thread, and waits for the answers. */
final class OrderDesk {
    /** The engine's thread may be waiting for a machine to stop, which takes 15 s at most. */
    private static final long PATIENCE_SECONDS = 20;

    private static final OperatorAnswer OVER = new OperatorAnswer(false, "the move is over");

    private final EngineLoop loop;
    private final Function<OperatorOrder, OperatorAnswer> carryOut;
    private final Set<CompletableFuture<OperatorAnswer>> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    OrderDesk(EngineLoop loop, Function<OperatorOrder, OperatorAnswer> carryOut) {
        this.loop = loop;
        this.carryOut = carryOut;
    }

    @SuppressWarnings("CollectionUndefinedEquality") // by identity, which is meant
    OperatorAnswer give(OperatorOrder order) {
        CompletableFuture<OperatorAnswer> answer = new CompletableFuture<>();
        waiting.add(answer);
        if (closed) {
            return OVER; // looked at after it was added: who closes answers all that are there
        }
        loop.post(() -> answer.complete(carryOut.apply(order)));
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new OperatorAnswer(false, "interrupted");
        } catch (ExecutionException | TimeoutException e) {
            return new OperatorAnswer(
                    false, "the engine did not answer in " + PATIENCE_SECONDS + " s; the order may still be followed");
        } finally {
            waiting.remove(answer);
        }
    }

    /** The engine's thread carries out no more. */
    void close() {
        closed = true;
        waiting.forEach(answer -> answer.complete(OVER));
    }
}
