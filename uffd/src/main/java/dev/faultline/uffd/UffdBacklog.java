package dev.faultline.uffd;

/**
 * What a userfaultfd has before it: page faults; events of other kinds are not counted. {@link StallWatch} judges a series
 * of them. Source: {@code pending} and {@code total} of /proc/PID/fdinfo, fs/userfaultfd.c, Linux 6.18.
 *
 * @param unread faults that no reader has taken
 * @param unresolved those, and faults that were read and whose threads have not been woken
 */
public record UffdBacklog(long unread, long unresolved) {}
