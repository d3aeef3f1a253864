package dev.faultline.conformance.subject;

/** A thread of a subject's process. It does one action at a time. */
public interface SubjectThread {
    /**
     * Begins an action and waits until every thread of the subject has completed its own or is provably blocked.
     *
     * @param action what to do
     * @return how far it came
     */
    Result run(Action action);

    /**
     * Begins an action beside what else goes on; {@link #result} tells how far it came.
     *
     * @param action what to do
     */
    void begin(Action action);

    /** {@return how far the last action has come by now, when all threads have settled} */
    Result result();

    /** Sends a signal whose handler does nothing: who waits for a page touches it again. */
    void interrupt();
}
