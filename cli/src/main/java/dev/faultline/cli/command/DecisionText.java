package dev.faultline.cli.command;

import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.Sizes;
import dev.faultline.migration.Decision;
import dev.faultline.migration.Decision.Step;
import java.util.concurrent.TimeUnit;

/** A decision and its numbers on one line. */
final class DecisionText {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private DecisionText() {}

    static String line(Decision decision) {
        String step = EnumConverter.word(decision.step())
                + (decision.step() == Step.THROTTLE ? " by " + decision.throttlePercent() + " %" : "");
        if (decision.round() < 0) {
            return step + ": " + decision.reason();
        }
        return "round " + decision.round() + ": " + step + ": " + decision.reason() + " (dirty "
                + Sizes.format(decision.dirtyBytes()) + " at " + Numbers.rate(decision.dirtyBytesPerSecond(), SECOND)
                + ", sent at " + Numbers.rate(decision.sentBytesPerSecond(), SECOND) + ", estimated downtime "
                + (decision.downtimeNanos() == Long.MAX_VALUE ? "unknown" : Numbers.nanos(decision.downtimeNanos()))
                + ", after " + Numbers.nanos(decision.elapsedNanos()) + ")";
    }
}
