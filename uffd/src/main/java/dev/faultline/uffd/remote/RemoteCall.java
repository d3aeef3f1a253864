package dev.faultline.uffd.remote;

/**
 * How a system call inside another process went.
 *
 * @param result what it returned: a value of at least 0, or {@code -errno}; an address may look negative
 * @param stoppedNanos for how long the process's main thread stood still
 */
public record RemoteCall(long result, long stoppedNanos) {}
