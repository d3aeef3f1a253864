/**
 * Memory that a JVM pages itself: what is touched is loaded from anywhere, and what is evicted is stored.
 *
 * <p>{@link dev.faultline.uffd.paged.PagedRegion} is the only way to that, because of the safepoint rule: a thread that
 * waits for a page fault in Java code holds up every safepoint, and with it the thread that should answer.
 */
package dev.faultline.uffd.paged;
