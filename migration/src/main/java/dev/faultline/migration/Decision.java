package dev.faultline.migration;

/**
 * What the source decided after a round of pre-copy, or when its time was up or an operator spoke, and from which
 * numbers. What is not known yet is 0.
 *
 * @param step what comes next
 * @param round the last round, from 0; -1 before the first has ended
 * @param throttlePercent how much of each vCPU's time is taken from now on
 * @param dirtyBytes found written since they were sent
 * @param dirtyBytesPerSecond at which rate the guest wrote other pages in that round; a page counts once
 * @param sentBytesPerSecond at which rate content was sent
 * @param downtimeNanos the estimated downtime of a hand-over now; {@link Long#MAX_VALUE} if nothing is known to tell by
 * @param elapsedNanos since the destination was ready, without the time that an operator held the rounds
 * @param reason why, in words
 */
public record Decision(
        Step step,
        int round,
        int throttlePercent,
        long dirtyBytes,
        long dirtyBytesPerSecond,
        long sentBytesPerSecond,
        long downtimeNanos,
        long elapsedNanos,
        String reason) {
    /** What may come next. */
    public enum Step {
        /** Another round. */
        GO_ON,
        /** The hand-over. */
        SWITCH,
        /** Another round, with the guest slowed down. */
        THROTTLE,
        /** The guest stays at the source. */
        ABORT
    }
}
