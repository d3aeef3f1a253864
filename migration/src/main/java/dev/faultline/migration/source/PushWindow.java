package dev.faultline.migration.source;

/**
 * How much of the push may be on its way on one connection: what the path delivers in its shortest time plus {@link
 * #QUEUE_NANOS}. More would only queue in front of a slow link, where answers to faults would have to wait behind it,
 * though they have a connection of their own. Rate and time are measured by acknowledgements, which the sender asks for at
 * marks. Has no clock.
 */
final class PushWindow {
    /** How long a queue the push makes at most, in time: little beside what a guest minds, enough to keep a link busy. */
    static final long QUEUE_NANOS = 2_000_000L;

    /** On a long way the queue may be a part of that: what is sent at once, to see whether more fits, is one for a moment. */
    private static final int LONG_TRIP_PART = 4;

    static final long LEAST_BYTES = 32 << 10;
    static final long FIRST_BYTES = 512 << 10;
    static final long MOST_BYTES = 256L << 20;
    /** In how many parts it is sent and acknowledged, so that it flows evenly. */
    private static final int PARTS = 4;
    /** How long the best rate counts: a link on which others send too becomes slower for this one. */
    private static final long RATE_NANOS = 250_000_000L;

    private static final int MARKS = 1 << 10;

    /** The marks that are not acknowledged, a ring: up to which frame, how many bytes, sent when, acknowledged by then. */
    private final long[] frames = new long[MARKS];

    private final long[] bytesUpTo = new long[MARKS];
    private final long[] sentAtNanos = new long[MARKS];
    private final long[] deliveredThen = new long[MARKS];
    private final long[] deliveredThenNanos = new long[MARKS];
    private int firstMark;
    private int marks;

    private long window = FIRST_BYTES;
    private long sentBytes;
    private long markedBytes;
    private long deliveredBytes;
    private long deliveredNanos;
    private long measuredBytes;
    private long leastTripNanos = Long.MAX_VALUE;
    private double rate;
    private double lastRate;
    private long rateSinceNanos;
    private boolean wasFull;

    /** {@return whether so many bytes may be sent now} If not, an acknowledgement is on its way. */
    synchronized boolean mayGo(long bytes) {
        return marks == 0 || (marks < MARKS && sentBytes - deliveredBytes + bytes <= window);
    }

    /** {@return how many bytes one frame should carry at most} */
    synchronized long frameBytes() {
        return window / PARTS;
    }

    /**
     * Notes a frame that is about to be sent.
     *
     * @param frame the number of frames sent on this connection, this one included
     * @return whether to ask for its acknowledgement
     */
    synchronized boolean sending(long frame, long bytes, long nowNanos) {
        sentBytes += bytes;
        wasFull |= sentBytes - deliveredBytes + frameBytes() > window;
        if (marks > 0 && (marks == MARKS || sentBytes - markedBytes < window / PARTS)) {
            return false;
        }
        if (marks == 0) {
            deliveredNanos = nowNanos; // nothing was on its way: what was no time of delivery does not count
        }
        int slot = (firstMark + marks) % MARKS;
        frames[slot] = frame;
        bytesUpTo[slot] = sentBytes;
        sentAtNanos[slot] = nowNanos;
        deliveredThen[slot] = deliveredBytes;
        deliveredThenNanos[slot] = deliveredNanos;
        marks++;
        markedBytes = sentBytes;
        return true;
    }

    /** The destination says that everything up to that frame has taken effect. */
    synchronized void applied(long upToFrame, long nowNanos) {
        while (marks > 0 && frames[firstMark] <= upToFrame) {
            int slot = firstMark;
            firstMark = (firstMark + 1) % MARKS;
            marks--;
            deliveredBytes = bytesUpTo[slot];
            deliveredNanos = nowNanos;
            if (marks == 0 || frames[firstMark] > upToFrame) {
                measure(slot, nowNanos);
            }
        }
    }

    private void measure(int slot, long nowNanos) {
        long tripNanos = Math.max(1, nowNanos - sentAtNanos[slot]);
        leastTripNanos = Math.min(leastTripNanos, tripNanos);
        long overNanos = Math.max(1, nowNanos - deliveredThenNanos[slot]);
        noteRate((double) (deliveredBytes - deliveredThen[slot]) / overNanos, nowNanos);
        long acknowledged = deliveredBytes - measuredBytes;
        measuredBytes = deliveredBytes;
        long queueNanos = Math.max(QUEUE_NANOS, leastTripNanos / LONG_TRIP_PART);
        long fits = (long) (Math.max(rate, lastRate) * (leastTripNanos + queueNanos));
        if (wasFull && tripNanos > leastTripNanos + queueNanos) {
            window = Math.clamp(fits, LEAST_BYTES, MOST_BYTES);
        } else if (wasFull && tripNanos < leastTripNanos + queueNanos / 2) {
            window = Math.min(window + acknowledged, MOST_BYTES); // the rate is the window's, and not the link's
        } // else it fits, or there was little to send, zero pages say
        wasFull = false;
    }

    private void noteRate(double bytesPerNano, long nowNanos) {
        if (nowNanos - rateSinceNanos > RATE_NANOS) {
            lastRate = rate;
            rate = 0;
            rateSinceNanos = nowNanos;
        }
        rate = Math.max(rate, bytesPerNano);
    }
}
