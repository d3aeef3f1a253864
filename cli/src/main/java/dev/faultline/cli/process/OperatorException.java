package dev.faultline.cli.process;

/** A command cannot do what it was asked for. The message tells the operator in one sentence. */
public final class OperatorException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Describes it.
     *
     * @param message one sentence
     */
    public OperatorException(String message) {
        super(message);
    }

    /**
     * Describes it.
     *
     * @param message one sentence
     * @param cause what it came from
     */
    public OperatorException(String message, Throwable cause) {
        super(message, cause);
    }
}
