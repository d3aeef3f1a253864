package dev.faultline.conformance.subject;

import java.util.Optional;

/** A machine on which programs are tried: the kernel's, or the model's. */
public interface Subject extends AutoCloseable {
    /** {@return its name in reports} */
    String name();

    /** {@return a fresh process, which the caller closes} */
    SubjectProcess newProcess();

    /**
     * {@return why it cannot give what a program needs, or nothing if it can}
     *
     * @param need what
     */
    Optional<String> lacks(Need need);

    @Override
    void close();
}
