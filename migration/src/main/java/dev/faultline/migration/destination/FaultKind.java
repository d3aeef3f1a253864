package dev.faultline.migration.destination;

/** How a fault was answered. */
public enum FaultKind {
    /** The content was there and known to be the final one. */
    CURRENT,
    /** The page was known to be zero. */
    ZERO,
    /** The content was there, and the source or the dirty map said that it is the final one. */
    CONFIRMED,
    /** The content was fetched from the source. */
    FETCHED
}
