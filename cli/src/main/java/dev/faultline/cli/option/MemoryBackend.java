package dev.faultline.cli.option;

/** Whose userfaultfd serves a demo's guests. */
public enum MemoryBackend {
    /** The kernel's. */
    KERNEL,
    /** The model's, which is Java and runs anywhere. */
    MODEL
}
