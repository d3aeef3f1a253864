package dev.faultline.conformance.cases;

/** This machine lacks something that a case can only find out by trying. */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnavailableException(String reason) {
        super(reason);
    }
}
