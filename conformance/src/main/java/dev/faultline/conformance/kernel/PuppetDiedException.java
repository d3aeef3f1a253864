package dev.faultline.conformance.kernel;

/** A puppet process ended that should not have. */
final class PuppetDiedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PuppetDiedException() {
        super("a puppet process has ended");
    }
}
