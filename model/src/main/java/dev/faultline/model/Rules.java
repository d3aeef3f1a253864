package dev.faultline.model;

/** Which kernel the model is. */
public enum Rules {
    /** The proposal of 7 January 2021 on the kernel of its day: minor faults of shared hugetlbfs only. */
    RFC_2021,
    /** Linux 6.18, as measured. */
    MAINLINE
}
