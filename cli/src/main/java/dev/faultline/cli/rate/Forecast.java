package dev.faultline.cli.rate;

import dev.faultline.cli.text.Numbers;
import dev.faultline.cli.text.Sizes;
import java.util.OptionalLong;

/**
 * What a pre-copy migration would come to. A round sends what was written during the round before it; so rounds shrink if
 * less is written than is sent in the same time. What is written in a time shorter than an interval is at most what was
 * written in the interval: more is not known of shorter rounds.
 *
 * @param verdict whether rounds shrink
 * @param text the same in a sentence
 */
record Forecast(Verdict verdict, String text) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Whether rounds shrink. */
    enum Verdict {
        /** Also in the busiest interval. */
        SHRINK,
        /** But not in the busiest interval. */
        SHRINK_ON_AVERAGE,
        /** As much is written as is sent. */
        DO_NOT_SHRINK,
        /** There is nothing to send again. */
        NOTHING_WRITTEN,
        /** No bandwidth was named. */
        DEPENDS
    }

    static Forecast of(RateSummary rates, OptionalLong bandwidthBytesPerSecond) {
        if (rates.writtenBytes() == 0) {
            return new Forecast(Verdict.NOTHING_WRITTEN, "Nothing was written: pre-copy would be done in one round.");
        }
        if (bandwidthBytesPerSecond.isEmpty()) {
            return new Forecast(
                    Verdict.DEPENDS,
                    "Pre-copy rounds shrink on a connection that carries more than " + rate(rates.mostBytesPerSecond())
                            + "; --bandwidth tells more about one.");
        }
        return at(rates, bandwidthBytesPerSecond.getAsLong());
    }

    private static Forecast at(RateSummary rates, long bandwidth) {
        String begin = "At " + rate(bandwidth) + " pre-copy rounds ";
        String mean = rate(rates.meanBytesPerSecond()) + " are written on average";
        if (rates.mostBytesPerSecond() < bandwidth) {
            return new Forecast(
                    Verdict.SHRINK,
                    begin + "shrink: " + mean + ", " + rate(rates.mostBytesPerSecond()) + " at most. No more than "
                            + Sizes.format(rates.mostBytes()) + " are left for the pause, "
                            + time(rates.mostBytes(), bandwidth) + " of it.");
        }
        if (rates.meanBytesPerSecond() < bandwidth) {
            return new Forecast(
                    Verdict.SHRINK_ON_AVERAGE,
                    begin + "shrink on average: " + mean + ". In the busiest interval, with "
                            + rate(rates.mostBytesPerSecond()) + ", they would not.");
        }
        return new Forecast(
                Verdict.DO_NOT_SHRINK,
                begin + "do not shrink: " + mean + ". To copy the last working set in the pause would take about "
                        + time(rates.recentBytes(), bandwidth) + "; post-copy and hybrid do not wait for it.");
    }

    private static String rate(long bytesPerSecond) {
        return Sizes.format(bytesPerSecond) + "/s";
    }

    private static String time(long bytes, long bytesPerSecond) {
        return Numbers.nanos(Math.round(bytes * NANOS_PER_SECOND / bytesPerSecond));
    }
}
