package dev.faultline.cli.option;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a move may cost: the options that {@code migrate} and {@code demo} share. */
public final class LimitOptions {
    /** A hand-over takes this long whatever is dirty, or not much less. */
    private static final long LEAST_DOWNTIME_NANOS = 15_000_000L;

    @Option(
            names = "--max-downtime",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description =
                    "precopy: hand over when the downtime is estimated to be no longer, such as 300ms; 15ms or more"
                            + " (default: 50ms).")
    private @Nullable Long maxDowntimeNanos;

    @Option(
            names = "--max-bandwidth",
            paramLabel = "BYTES_PER_S",
            converter = BandwidthConverter.class,
            description =
                    "precopy, hybrid: bytes sent per second before the hand-over, such as 100M (default: no limit).")
    private @Nullable Long maxBytesPerSecond;

    @Option(
            names = "--on-no-convergence",
            paramLabel = "abort|throttle|switch",
            converter = EnumConverter.NoConvergence.class,
            description =
                    "precopy: if the guest still writes too fast at the limit of rounds or time: give up, and the guest"
                            + " goes on here; or hand over with a longer downtime. With throttle, the guest is slowed down as soon"
                            + " as a round does not help, and the move given up if even that does not (default: switch).")
    private @Nullable OnNoConvergence onNoConvergence;

    /** Makes one, for picocli to fill. */
    public LimitOptions() {}

    /**
     * {@return the limits of a move}
     *
     * @param mode when the guest changes hosts
     * @throws OperatorException if a limit means nothing in that mode
     */
    public Limits of(MigrationMode mode) throws OperatorException {
        boolean precopy = mode == MigrationMode.PRECOPY;
        String fixed = "in the other modes, the downtime does not depend on what the guest writes";
        checkMeans(maxDowntimeNanos, "--max-downtime", "--mode precopy", precopy, fixed);
        checkMeans(onNoConvergence, "--on-no-convergence", "--mode precopy", precopy, fixed);
        boolean rounds = mode != MigrationMode.POSTCOPY;
        checkMeans(
                maxBytesPerSecond, "--max-bandwidth", "precopy and hybrid", rounds, "postcopy has no rounds to limit");
        if (maxDowntimeNanos != null && maxDowntimeNanos < LEAST_DOWNTIME_NANOS) {
            throw new OperatorException(
                    "--max-downtime is too short: a hand-over takes 10 ms or so if nothing is dirty; give 15ms or more");
        }
        Limits usual = Limits.of(mode);
        return new Limits(
                Objects.requireNonNullElse(maxDowntimeNanos, usual.maxDowntimeNanos()),
                usual.maxRounds(),
                usual.maxTimeNanos(),
                Objects.requireNonNullElse(maxBytesPerSecond, usual.maxBytesPerSecond()),
                usual.maxPostcopyBytesPerSecond(),
                Objects.requireNonNullElse(onNoConvergence, usual.onNoConvergence()));
    }

    /**
     * Refuses an option that would be without effect.
     *
     * @param given its value, if it was given
     * @param option its name
     * @param modes where it means something
     * @param means whether that is so
     * @param why why it is not elsewhere
     * @throws OperatorException if it was given and means nothing
     */
    public static void checkMeans(@Nullable Object given, String option, String modes, boolean means, String why)
            throws OperatorException {
        if (given != null && !means) {
            throw new OperatorException(option + " is for " + modes + ": " + why);
        }
    }

    /** {@return the same as arguments of another command} */
    public List<String> toArguments() {
        List<String> arguments = new ArrayList<>();
        if (maxDowntimeNanos != null) {
            arguments.addAll(List.of("--max-downtime", maxDowntimeNanos / 1e6 + "ms"));
        }
        if (maxBytesPerSecond != null) {
            arguments.addAll(List.of("--max-bandwidth", Long.toString(maxBytesPerSecond)));
        }
        if (onNoConvergence != null) {
            arguments.addAll(List.of("--on-no-convergence", EnumConverter.word(onNoConvergence)));
        }
        return arguments;
    }
}
