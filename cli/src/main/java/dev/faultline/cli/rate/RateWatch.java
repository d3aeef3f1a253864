package dev.faultline.cli.rate;

import dev.faultline.migration.rate.WriteMeter;
import dev.faultline.migration.rate.WriteSample;
import dev.faultline.uffd.os.LinuxException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Takes a sample in each interval, until something ends it. */
final class RateWatch {
    /** What ended it. */
    enum End {
        /** The time that was asked for is over. */
        TIME_IS_OVER,
        /** A signal, Ctrl-C say. */
        SIGNAL,
        /** There is no such process any more. */
        PROCESS_ENDED,
        /** Whoever read the output has closed it. */
        NOBODY_READS
    }

    /** How soon a signal is noticed. */
    private static final long STEP_NANOS = 100_000_000L;
    /** The memory of a process goes a moment before its end is told. */
    private static final long END_NANOS = 2_000_000_000L;

    private final WriteMeter meter;
    private final RateView view;
    private final BooleanSupplier stop;
    private final BooleanSupplier unread;
    private final RateSummary summary = new RateSummary();

    /** @param unread whether nobody reads what the view shows */
    RateWatch(WriteMeter meter, RateView view, BooleanSupplier stop, BooleanSupplier unread) {
        this.meter = meter;
        this.view = view;
        this.stop = stop;
        this.unread = unread;
    }

    RateSummary summary() {
        return summary;
    }

    /**
     * Runs it, for whole intervals.
     *
     * @param length for how long at least; for ever if it is not there
     * @return what ended it
     */
    End run(Duration interval, Optional<Duration> length) {
        long intervalNanos = interval.toNanos();
        long lengthNanos = length.map(Duration::toNanos).orElse(Long.MAX_VALUE);
        long begin = System.nanoTime();
        long dueNanos = 0;
        while (dueNanos < lengthNanos) {
            // Samples for which it is too late are left out.
            long missed = (System.nanoTime() - begin - dueNanos) / intervalNanos;
            dueNanos += (missed + 1) * intervalNanos;
            Optional<End> end = await(begin, dueNanos);
            if (end.isPresent() && !(end.get() == End.SIGNAL && summary.samples() == 0)) {
                return end.get();
            }
            if (!takeSample()) {
                return End.PROCESS_ENDED;
            }
            if (end.isPresent() || unread.getAsBoolean()) {
                return end.orElse(End.NOBODY_READS);
            }
        }
        return End.TIME_IS_OVER;
    }

    /** {@return what ends it before its time, if anything} */
    private Optional<End> await(long begin, long dueNanos) {
        long elapsed = System.nanoTime() - begin;
        while (elapsed < dueNanos) {
            if (stop.getAsBoolean()) {
                return Optional.of(End.SIGNAL);
            }
            if (meter.awaitEnd(Math.min(STEP_NANOS, dueNanos - elapsed))) {
                return Optional.of(End.PROCESS_ENDED);
            }
            elapsed = System.nanoTime() - begin;
            view.tick(elapsed);
        }
        return Optional.empty();
    }

    /** {@return whether there is a process to take one of} */
    private boolean takeSample() {
        try {
            WriteSample sample = meter.sample();
            summary.add(sample);
            view.sample(sample);
            return true;
        } catch (LinuxException e) {
            if (meter.awaitEnd(END_NANOS)) {
                return false;
            }
            throw e;
        }
    }
}
