package dev.faultline.conformance;

/** What cases are tried on. */
public enum SubjectChoice {
    /** The kernel of this machine alone. */
    KERNEL,
    /** The model alone. */
    MODEL,
    /** Both. */
    BOTH;

    boolean hasKernel() {
        return this != MODEL;
    }

    boolean hasModel() {
        return this != KERNEL;
    }
}
