package dev.faultline.model;

/** The thread's process has ended, and the thread with it. */
public final class ProcessExitedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProcessExitedException(int processId) {
        super("process " + processId + " has ended");
    }
}
