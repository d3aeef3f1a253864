package dev.faultline.cli.command;

import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.Sizes;
import dev.faultline.migration.MigrationProgress;
import org.jspecify.annotations.Nullable;

/** One line about one side of a migration, with the rate since the line before. */
final class ProgressText {
    private @Nullable MigrationProgress shown;
    private MigrationProgress latest = new MigrationProgress("waiting", 0, 0, 0, 0, 0);

    void update(MigrationProgress progress) {
        latest = progress;
    }

    String line() {
        MigrationProgress now = latest;
        MigrationProgress before = shown == null ? new MigrationProgress("", 0, 0, 0, 0, 0) : shown;
        shown = now;
        String rate = Numbers.rate(now.bytes() - before.bytes(), now.elapsedNanos() - before.elapsedNanos());
        return String.join(
                "  ",
                now.phase(),
                "round " + now.round(),
                Sizes.format(now.bytes()),
                rate,
                Numbers.count(now.faults(), "fault"),
                Numbers.count(now.remainingPages()) + " left");
    }
}
