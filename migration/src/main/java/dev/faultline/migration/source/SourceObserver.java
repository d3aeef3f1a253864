package dev.faultline.migration.source;

import dev.faultline.migration.Decision;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import java.util.function.Consumer;
import java.util.function.Function;

/** Hears how a move goes on: of its progress some times a second, and of every decision. On the engine's thread. */
@FunctionalInterface
public interface SourceObserver extends Consumer<MigrationProgress> {
    /**
     * The move has begun.
     *
     * @param orders takes an operator's orders, on any thread but the engine's, until after the move has ended; it waits
     *     for the answer
     */
    default void began(Function<OperatorOrder, OperatorAnswer> orders) {}

    /** The destination is ready, and the move waits for {@link OperatorOrder#RESUME}. */
    default void standingBy() {}

    /**
     * Something was decided.
     *
     * @param decision what, and why
     */
    default void decided(Decision decision) {}
}
