package dev.faultline.migration.session;

/** When to say that this side lives, and when to believe that the other does not. */
final class Liveness {
    static final long PING_NANOS = 1_000_000_000L;
    static final long LOST_NANOS = 15_000_000_000L;

    private long heardNanos;
    private long pingedNanos;

    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    boolean shouldPing(long nowNanos) {
        if (nowNanos - pingedNanos < PING_NANOS) {
            return false;
        }
        pingedNanos = nowNanos;
        return true;
    }

    long silenceNanos(long nowNanos) {
        return nowNanos - heardNanos;
    }

    boolean isLost(long nowNanos) {
        return silenceNanos(nowNanos) > LOST_NANOS;
    }
}
