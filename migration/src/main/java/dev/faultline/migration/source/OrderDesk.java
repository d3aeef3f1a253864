package dev.faultline.migration.source;

import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.engine.EngineLoop;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Signal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Has an operator's orders carried out on the engine's thread, and waits for the answers. */
final class OrderDesk {
    /** The engine's thread may be waiting for a machine to stop, which takes 15 s at most. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final OperatorAnswer OVER = new OperatorAnswer(false, "the move is over, or connecting again");
    private static final OperatorAnswer LATE = new OperatorAnswer(
            false, "the engine has not answered in time, and may still follow the order: ask for the status");

    private final EngineLoop loop;
    private final Signal answered;
    private final Function<OperatorOrder, OperatorAnswer> carryOut;
    private volatile boolean closed;

    OrderDesk(Host host, EngineLoop loop, Function<OperatorOrder, OperatorAnswer> carryOut) {
        this.loop = loop;
        this.carryOut = carryOut;
        answered = host.newSignal();
    }

    OperatorAnswer give(OperatorOrder order) {
        AtomicReference<@Nullable OperatorAnswer> answer = new AtomicReference<>();
        loop.post(() -> {
            answer.set(carryOut.apply(order));
            answered.raise();
        });
        try {
            answered.await(() -> answer.get() != null || closed, PATIENCE_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        OperatorAnswer given = answer.get();
        if (given != null) {
            return given;
        }
        return closed ? OVER : LATE;
    }

    /** The engine's thread carries out no more. */
    void close() {
        closed = true;
        answered.raise();
    }
}
