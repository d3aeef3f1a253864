package dev.faultline.uffd;

/**
 * Judges by samples of {@link Uffd#backlog} whether faults are left unanswered. It has no thread and no clock: whoever
 * samples tells the time.
 *
 * <p>The kernel tells how many threads wait, not which: what is found is that in no sample for longer than the limit
 * nobody waited. A handler that keeps up shows samples of zero, one that answers without a pause under load may not, so
 * the limit belongs far above the time that a fault takes. One lost wake-up is found also while other faults are answered,
 * as long as they leave pauses. One thread at a time.
 */
public final class StallWatch {
    /** What the samples so far say. */
    public enum Verdict {
        /** Nothing waits, or not for long. */
        FINE,
        /** Faults or events wait to be read: the handler has stopped, or is held up. */
        UNREAD,
        /** All was read, and threads wait still: the handler owes an answer, or a wake. */
        UNANSWERED
    }

    private final long limitNanos;
    private final Span unread = new Span();
    private final Span unresolved = new Span();

    /**
     * Makes a watch.
     *
     * @param limitNanos how long waiting is fine
     */
    public StallWatch(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /**
     * Takes a sample.
     *
     * @param backlog what the userfaultfd has before it
     * @param nowNanos when that was, by any clock that does not jump, such as System.nanoTime
     * @return what the samples so far say
     */
    public Verdict observe(UffdBacklog backlog, long nowNanos) {
        boolean isUnread = unread.observe(backlog.unread(), nowNanos) > limitNanos;
        boolean isUnresolved = unresolved.observe(backlog.unresolved(), nowNanos) > limitNanos;
        if (isUnread) {
            return Verdict.UNREAD;
        }
        return isUnresolved ? Verdict.UNANSWERED : Verdict.FINE;
    }

    /** {@return for how long there was a thread waiting in every sample, up to the last} */
    public long waitingNanos() {
        return unresolved.lengthNanos;
    }

    /** {@return how many threads waited at least, in each sample of that time} */
    public long waitingThreads() {
        return unresolved.least;
    }

    /** The time since a number was first seen above zero and never at zero since. */
    private static final class Span {
        private long beginNanos;
        private long lengthNanos;
        private long least;

        long observe(long number, long nowNanos) {
            if (least == 0) {
                beginNanos = nowNanos;
                least = number;
            }
            least = Math.min(least, number);
            lengthNanos = least == 0 ? 0 : nowNanos - beginNanos;
            return lengthNanos;
        }
    }
}
