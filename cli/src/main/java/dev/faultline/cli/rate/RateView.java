package dev.faultline.cli.rate;

import dev.faultline.migration.rate.WriteSample;

/** Shows what is measured. */
interface RateView extends AutoCloseable {
    /** The watch has begun. */
    void begin(WatchedProcess process, long stoppedNanos);

    /** Some time has passed. */
    void tick(long elapsedNanos);

    void sample(WriteSample sample);

    void end(RateWatch.End end, RateSummary summary, Forecast forecast);

    @Override
    void close();
}
