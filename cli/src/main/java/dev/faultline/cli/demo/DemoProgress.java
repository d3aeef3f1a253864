package dev.faultline.cli.demo;

import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.StatusLine;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.uffd.memory.PageSize;
import java.util.Locale;
import java.util.Optional;

/** The line that shows how far the demo is. */
final class DemoProgress {
    private static final int PERCENT = 100;
    private static final MigrationProgress NOTHING = new MigrationProgress("connecting", 0, 0, 0, 0, 0);

    private final StatusLine line;
    private final PageSize pageSize;
    private MigrationProgress shown = NOTHING;

    DemoProgress(StatusLine line, PageSize pageSize) {
        this.line = line;
        this.pageSize = pageSize;
    }

    void say(String text) {
        line.show(() -> text);
    }

    void part(String text, double part) {
        line.show(() -> String.format(Locale.ROOT, "%s: %d %%", text, (int) (part * PERCENT)));
    }

    /** Before the hand-over the source knows how far it is, after it the destination does. */
    void migration(Optional<MigrationProgress> source, Optional<MigrationProgress> destination) {
        line.show(() -> {
            MigrationProgress sent = source.orElse(NOTHING);
            MigrationProgress received = destination.orElse(NOTHING);
            boolean handedOver = received.phase().equals("post-copy");
            String text = text(sent, handedOver ? received : sent);
            shown = sent;
            return text;
        });
    }

    private String text(MigrationProgress sent, MigrationProgress known) {
        return String.join(
                "  ",
                known.phase(),
                "round " + sent.round(),
                Numbers.count(sent.bytes() >> pageSize.shift(), "page"),
                Numbers.rate(sent.bytes() - shown.bytes(), sent.elapsedNanos() - shown.elapsedNanos()),
                Numbers.count(known.faults(), "fault"),
                Numbers.count(known.remainingPages()) + " left");
    }
}
