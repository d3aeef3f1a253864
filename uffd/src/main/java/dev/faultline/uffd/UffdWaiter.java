package dev.faultline.uffd;

/** Waits for a userfaultfd's events. One thread waits; any thread may end the waiting, for good. */
public interface UffdWaiter extends AutoCloseable {
    /**
     * Waits until there is something to read, the time is up, or the waiting was ended.
     *
     * @param timeoutNanos how long at most; negative waits without a limit
     * @return whether there may be events to read; another reader may take them first
     */
    boolean await(long timeoutNanos);

    /**
     * Reads again and again until there are events, without sleeping, until the time is up or the waiting was ended. Where
     * time does not pass by looking, it does nothing.
     *
     * @param batch receives the events
     * @param nanos how long at most, about
     * @return how many events were read, from the batch's start
     */
    default int spin(EventBatch batch, long nanos) {
        return 0;
    }

    /** Ends the wait that is going on and every later one. */
    void end();

    /** {@return whether the waiting was ended} */
    boolean hasEnded();

    /** Gives back what it takes; nobody may be waiting. */
    @Override
    void close();
}
