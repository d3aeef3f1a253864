package dev.faultline.migration.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whatever gets most content across, by what was measured: nanoseconds that a format takes for a byte of content, how much
 * it leaves of it, and nanoseconds that the connection takes for a byte. The connection is measured while content goes plain
 * only: while the compressor works, the kernel goes on sending. Every other way is tried again now and then, and less often
 * the longer nothing changes. Without a clock, like everything that decides.
 */
public final class AdaptiveCodec implements CodecPolicy {
    /** More than the sockets' buffers hold, which take the first of it at once on any link. */
    static final long PLAIN_TRIAL_BYTES = 8L << 20;

    static final long CODEC_TRIAL_BYTES = 1L << 20;
    static final long FIRST_INTERVAL_BYTES = 64L << 20;
    static final long LONGEST_INTERVAL_BYTES = 1L << 30;
    /** Compressing has to be so much cheaper to be worth a processor. */
    private static final double WORTH = 0.9;

    /** What a format has cost, the last of it counting most. */
    private static final class Cost {
        private static final double WEIGHT = 0.1;
        private final Codec codec;
        private double nanosPerByte = Double.NaN;
        private double left = Double.NaN;

        Cost(Codec codec) {
            this.codec = codec;
        }

        void add(int plainBytes, int wireBytes, long codeNanos) {
            nanosPerByte = mean(nanosPerByte, (double) codeNanos / plainBytes);
            left = mean(left, (double) wireBytes / plainBytes);
        }

        private static double mean(double before, double now) {
            return Double.isNaN(before) ? now : before + WEIGHT * (now - before);
        }

        /** {@return what a byte of content costs on such a link} As if nothing were sent while it compresses. */
        double on(double linkNanosPerByte) {
            return nanosPerByte + left * linkNanosPerByte;
        }
    }

    private final List<Cost> costs = new ArrayList<>();
    private double linkNanosPerByte = Double.NaN;
    private long linkBytes;
    private long linkNanos;

    private Optional<Codec> chosen = Optional.empty();
    /** The ways to be tried, in order; the first is under way. */
    private final List<Optional<Codec>> trials = new ArrayList<>();

    private long bytesLeft;
    private long intervalBytes = FIRST_INTERVAL_BYTES;

    /**
     * Makes a policy that tries everything first.
     *
     * @param formats the set that both sides know
     */
    public AdaptiveCodec(int formats) {
        for (Codec codec : Codec.values()) {
            if (codec.isIn(formats)) {
                costs.add(new Cost(codec));
            }
        }
        beginTrials();
    }

    @Override
    public Optional<Codec> next() {
        return trials.isEmpty() ? chosen : trials.getFirst();
    }

    @Override
    public void sent(Optional<Codec> format, int plainBytes, int wireBytes, long codeNanos, long nanos) {
        if (format.isPresent()) {
            costs.stream()
                    .filter(cost -> cost.codec == format.get())
                    .forEach(cost -> cost.add(plainBytes, wireBytes, codeNanos));
        } else {
            measureLink(wireBytes, nanos);
        }
        bytesLeft -= plainBytes;
        if (bytesLeft <= 0) {
            goOn();
        }
    }

    private void measureLink(int wireBytes, long nanos) {
        linkBytes += wireBytes;
        linkNanos += nanos;
        if (linkBytes >= PLAIN_TRIAL_BYTES) {
            linkNanosPerByte = (double) linkNanos / linkBytes;
            linkBytes = 0;
            linkNanos = 0;
        }
    }

    /** What was under way has been done for long enough. */
    private void goOn() {
        if (trials.isEmpty()) {
            beginTrials();
            return;
        }
        trials.removeFirst();
        if (trials.isEmpty()) {
            choose();
            bytesLeft = intervalBytes;
        } else {
            bytesLeft = trials.getFirst().isPresent() ? CODEC_TRIAL_BYTES : PLAIN_TRIAL_BYTES;
        }
    }

    private void beginTrials() {
        costs.forEach(cost -> trials.add(Optional.of(cost.codec)));
        trials.add(Optional.empty());
        bytesLeft = CODEC_TRIAL_BYTES;
    }

    private void choose() {
        Optional<Codec> before = chosen;
        double best = WORTH * linkNanosPerByte;
        chosen = Optional.empty();
        for (Cost cost : costs) {
            if (cost.on(linkNanosPerByte) < best) {
                best = cost.on(linkNanosPerByte);
                chosen = Optional.of(cost.codec);
            }
        }
        intervalBytes =
                chosen.equals(before) ? Math.min(2 * intervalBytes, LONGEST_INTERVAL_BYTES) : FIRST_INTERVAL_BYTES;
    }
}
