package dev.faultline.model;

/** A fault planted in the model on purpose, so that a suite of tests can show that it would find it. */
public enum Defect {
    /** None. */
    NONE,
    /** CONTINUE of a mapped page is EINVAL instead of EEXIST. */
    WRONG_ERRNO,
    /** CONTINUE wakes nobody. */
    LOST_WAKE,
    /** CONTINUE on a hole of the file makes a page of zeros. */
    CONTINUE_ON_HOLE,
    /** MADV_DONTNEED is no event. */
    MISSED_REMOVE,
    /** CONTINUE without write protection keeps the mark that the page had. */
    KEPT_WP_BIT
}
