package dev.faultline.cli.option;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationMode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a move of {@code migrate} may cost. */
public final class MoveLimitOptions {
    @Mixin
    private LimitOptions common = new LimitOptions();

    @Option(
            names = "--max-rounds",
            paramLabel = "N",
            converter = Rounds.class,
            description = "precopy, hybrid: rounds before the hand-over (default: 12 in precopy, 6 in hybrid).")
    private @Nullable Integer maxRounds;

    @Option(
            names = "--max-time",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description =
                    "precopy, hybrid: time before the hand-over, such as 30s or 10m. Hybrid then hands over in the"
                            + " middle of a round, precopy after it or not at all (default: no limit).")
    private @Nullable Long maxTimeNanos;

    @Option(
            names = "--max-postcopy-bandwidth",
            paramLabel = "BYTES_PER_S",
            converter = BandwidthConverter.class,
            description =
                    "postcopy, hybrid: bytes pushed per second after the hand-over. Pages that the guest waits for"
                            + " are sent at once (default: no limit).")
    private @Nullable Long maxPostcopyBytesPerSecond;

    /** Reads a number of rounds. */
    static final class Rounds implements picocli.CommandLine.ITypeConverter<Integer> {
        private static final int MOST = 1000;

        @Override
        public Integer convert(String value) {
            try {
                int rounds = Integer.parseInt(value);
                if (rounds >= 1 && rounds <= MOST) {
                    return rounds;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
            throw new TypeConversionException("'" + value + "' is no number of rounds; write 1 to " + MOST);
        }
    }

    /** Makes one, for picocli to fill. */
    public MoveLimitOptions() {}

    /**
     * {@return the limits of a move}
     *
     * @param mode when the guest changes hosts
     * @throws OperatorException if a limit means nothing in that mode
     */
    public Limits of(MigrationMode mode) throws OperatorException {
        Limits limits = common.of(mode);
        boolean rounds = mode != MigrationMode.POSTCOPY;
        boolean push = mode != MigrationMode.PRECOPY;
        String none = "postcopy has no rounds to limit";
        LimitOptions.checkMeans(maxRounds, "--max-rounds", "precopy and hybrid", rounds, none);
        LimitOptions.checkMeans(maxTimeNanos, "--max-time", "precopy and hybrid", rounds, none);
        LimitOptions.checkMeans(
                maxPostcopyBytesPerSecond,
                "--max-postcopy-bandwidth",
                "postcopy and hybrid",
                push,
                "precopy leaves nothing to push");
        return new Limits(
                limits.maxDowntimeNanos(),
                Objects.requireNonNullElse(maxRounds, limits.maxRounds()),
                Objects.requireNonNullElse(maxTimeNanos, limits.maxTimeNanos()),
                limits.maxBytesPerSecond(),
                Objects.requireNonNullElse(maxPostcopyBytesPerSecond, limits.maxPostcopyBytesPerSecond()),
                limits.onNoConvergence());
    }
}
