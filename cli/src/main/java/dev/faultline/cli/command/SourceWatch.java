package dev.faultline.cli.command;

import dev.faultline.cli.operator.MoveDesk;
import dev.faultline.migration.Decision;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.source.SourceObserver;
import java.util.function.Function;

/** Shows how the source's side of a move goes on, and tells the desk. */
final class SourceWatch implements SourceObserver, AutoCloseable {
    private final ProgressPrinter printer;
    private final Done done;
    private final MoveDesk desk = new MoveDesk();

    SourceWatch(boolean json) {
        printer = new ProgressPrinter(json);
        done = new Done(json);
    }

    MoveDesk desk() {
        return desk;
    }

    @Override
    public void accept(MigrationProgress progress) {
        desk.accept(progress);
        if (!progress.phase().equals(MigrationProgress.STANDING_BY)) { // that may be for hours
            printer.accept(progress);
        }
    }

    @Override
    public void began(Function<OperatorOrder, OperatorAnswer> orders) {
        desk.began(orders);
    }

    @Override
    public void standingBy() {
        done.standby();
    }

    @Override
    public void decided(Decision decision) {
        desk.decided(decision);
        printer.decided(decision);
    }

    @Override
    public void close() {
        printer.close();
    }
}
