package dev.faultline.guest.kvm.control;

/** What kind of error an answer reports: the {@code class} of {@code {"error": {"class": …, "desc": …}}}. */
enum ErrorClass {
    /** The line is no command: too long, no JSON, wrong or missing members. */
    BAD_REQUEST("BadRequest"),
    /** There is no such command. */
    UNKNOWN_COMMAND("UnknownCommand"),
    /** The peer is neither root nor the guest's own user. */
    FORBIDDEN("Forbidden"),
    /** An engine is attached, and it is another connection's. */
    BUSY("Busy"),
    /** The guest's state does not allow it. */
    WRONG_STATE("WrongState"),
    /** It was tried and did not succeed. */
    FAILED("Failed");

    private final String wireName;

    ErrorClass(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }
}
