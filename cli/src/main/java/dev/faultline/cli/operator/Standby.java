package dev.faultline.cli.operator;

import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A move that is ready, and begins when an operator says so. Takes orders on any thread. */
public final class Standby {
    private final CompletableFuture<Boolean> decided = new CompletableFuture<>();

    /** Makes one. */
    public Standby() {}

    /**
     * {@return what to tell the operator}
     *
     * @param order what he wants
     */
    public OperatorAnswer give(OperatorOrder order) {
        return switch (order) {
            case RESUME -> decide(true, "the move begins");
            case CANCEL -> decide(false, "the move is given up; the guest goes on here as before");
            case PAUSE -> new OperatorAnswer(true, "nothing is being sent already");
            case SWITCH_OVER -> new OperatorAnswer(false, "the move has not begun: 'resume' begins it");
        };
    }

    private OperatorAnswer decide(boolean begins, String text) {
        return decided.complete(begins)
                ? new OperatorAnswer(true, text)
                : new OperatorAnswer(false, "that was decided already");
    }

    /**
     * Waits for the order.
     *
     * @return whether to begin; if not, the move is given up
     * @throws InterruptedException if the thread is interrupted
     */
    public boolean await() throws InterruptedException {
        try {
            return decided.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
