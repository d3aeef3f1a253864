package dev.faultline.simulation.scenario;

import dev.faultline.migration.OperatorOrder;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What an operator tells the source's engine on the way.
 *
 * @param order what
 * @param afterNanos how long after the one before it, or after the engine's beginning
 */
record PlannedOrder(OperatorOrder order, long afterNanos) {
    private static final List<OperatorOrder> ORDERS = List.of(OperatorOrder.values());
    private static final int EVERY = 4;
    private static final double LEAST_NANOS = 20_000;
    private static final double MOST_TIMES = 5_000;

    /** Draws none for most migrations; who pauses one has it go on. */
    static List<PlannedOrder> draw(SplittableRandom random) {
        if (random.nextInt(EVERY) > 0) {
            return List.of();
        }
        PlannedOrder first = next(ORDERS.get(random.nextInt(ORDERS.size())), random);
        return first.order == OperatorOrder.PAUSE
                ? List.of(first, next(random.nextBoolean() ? OperatorOrder.RESUME : OperatorOrder.SWITCH_OVER, random))
                : List.of(first);
    }

    private static PlannedOrder next(OperatorOrder order, SplittableRandom random) {
        return new PlannedOrder(order, (long) (LEAST_NANOS * Math.pow(MOST_TIMES, random.nextDouble())));
    }
}
