package dev.faultline.simulation.scenario;

import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.source.SourceObserver;
import dev.faultline.simulation.world.World;
import java.util.List;
import java.util.function.Function;

/** Gives a source's engine the orders that are planned, from a task of its process. */
final class Orders implements SourceObserver {
    private final World world;
    private final List<PlannedOrder> planned;
    private final Host host;
    private final Runnable onCancelled;
    private boolean begun;

    Orders(World world, List<PlannedOrder> planned, Host host, Runnable onCancelled) {
        this.world = world;
        this.planned = planned;
        this.host = host;
        this.onCancelled = onCancelled;
    }

    @Override
    public void accept(MigrationProgress progress) {
        // Nobody looks.
    }

    @Override
    public void began(Function<OperatorOrder, OperatorAnswer> orders) {
        if (begun || planned.isEmpty()) {
            return;
        }
        begun = true;
        host.start("operator", () -> {
            for (PlannedOrder one : planned) {
                host.pause(one.afterNanos());
                give(orders, one.order());
            }
        });
    }

    private void give(Function<OperatorOrder, OperatorAnswer> orders, OperatorOrder order) {
        OperatorAnswer answer = orders.apply(order);
        world.log("the operator orders " + order + ": " + answer.text());
        if (answer.accepted() && order == OperatorOrder.CANCEL) {
            onCancelled.run();
        }
        if (answer.accepted() && order == OperatorOrder.PAUSE) {
            world.disturbed();
        }
    }
}
