package dev.faultline.cli.command;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.cli.text.StatusLine;
import dev.faultline.cli.text.Terminal;
import dev.faultline.migration.Decision;
import dev.faultline.migration.MigrationProgress;
import java.util.function.Consumer;

/** Shows how far one side of a migration is: to people on one line, to machines as events. */
final class ProgressPrinter implements Consumer<MigrationProgress>, AutoCloseable {
    private final boolean json;
    private final StatusLine line = new StatusLine(Terminal.stdout(), false);
    private final ProgressText text = new ProgressText();
    private final Events events = new Events(System.out);

    ProgressPrinter(boolean json) {
        this.json = json;
    }

    @Override
    public void accept(MigrationProgress progress) {
        if (json) {
            events.write(Events.PROGRESS, RecordJson.write(progress));
        } else {
            text.update(progress);
            line.show(text::line);
        }
    }

    void decided(Decision decision) {
        if (json) {
            events.write(Events.DECISION, RecordJson.write(decision));
        } else {
            line.clear();
            System.out.println(DecisionText.line(decision));
        }
    }

    @Override
    public void close() {
        line.close();
    }
}
