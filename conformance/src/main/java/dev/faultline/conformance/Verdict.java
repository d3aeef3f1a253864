package dev.faultline.conformance;

/** How a check came out. */
public enum Verdict {
    /** Kernel and model gave what is expected. */
    SAME,
    /** The kernel gave what is expected, and the model was not asked. */
    KERNEL_ONLY,
    /** The model gave what is expected, and the kernel was not asked. */
    MODEL_ONLY,
    /** One of them gave something else. */
    DIFFERS,
    /** Neither was asked. */
    SKIPPED
}
