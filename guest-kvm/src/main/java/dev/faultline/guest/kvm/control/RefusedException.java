package dev.faultline.guest.kvm.control;

/** A command is answered with an error. The message is one sentence for whoever sent it. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorClass errorClass;

    RefusedException(ErrorClass errorClass, String message) {
        super(message);
        this.errorClass = errorClass;
    }

    ErrorClass errorClass() {
        return errorClass;
    }
}
