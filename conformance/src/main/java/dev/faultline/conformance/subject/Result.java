package dev.faultline.conformance.subject;

import dev.faultline.uffd.internal.linux.Errno;

/** How far a thread has come with an action: comparable, so that the kernel's can be held against the model's. */
public sealed interface Result {
    /** Where a thread waits. */
    enum Place {
        /** For a page, in a fault that a userfaultfd was told of. */
        FAULT,
        /** For a reader of the event that it caused. */
        EVENT
    }

    /** The signals that a touch can end with. */
    enum Signal {
        /** There is no page behind the mapping, or it is poisoned. */
        SIGBUS,
        /** There is no mapping, or it does not allow the access. */
        SIGSEGV
    }

    /**
     * It is done.
     *
     * @param value the byte that was read, or what the system call returned
     */
    record Done(long value) implements Result {
        @Override
        public String toString() {
            return "ok";
        }
    }

    /**
     * The system call failed.
     *
     * @param errno why, positive
     */
    record Failed(int errno) implements Result {
        @Override
        public String toString() {
            return Errno.symbol(errno);
        }
    }

    /**
     * The thread waits, and will until somebody does something.
     *
     * @param place where
     */
    record Blocked(Place place) implements Result {
        @Override
        public String toString() {
            return place == Place.FAULT ? "waits for the page" : "waits for the reader";
        }
    }

    /**
     * The touch ended with a signal.
     *
     * @param signal which
     */
    record Signalled(Signal signal) implements Result {
        @Override
        public String toString() {
            return signal.name();
        }
    }

    /**
     * {@return the result of a system call}
     *
     * @param value what it returned, at least 0, or {@code -errno}
     */
    static Result of(long value) {
        return value < 0 && value > -4096 ? new Failed((int) -value) : new Done(value);
    }

    /** {@return whether it is done} */
    default boolean isDone() {
        return this instanceof Done;
    }

    /** {@return whether the thread waits} */
    default boolean isBlocked() {
        return this instanceof Blocked;
    }

    /**
     * {@return the value that came back}
     *
     * @throws IllegalStateException if it is not done
     */
    default long value() {
        if (this instanceof Done done) {
            return done.value();
        }
        throw new IllegalStateException("not done: " + this);
    }
}
