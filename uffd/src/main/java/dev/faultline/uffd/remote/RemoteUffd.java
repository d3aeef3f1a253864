package dev.faultline.uffd.remote;

import dev.faultline.uffd.LinuxUffd;

/**
 * A userfaultfd of another process's memory, open there and here. For as long as it is open there, the end of this process
 * releases nobody: threads wait at their next fault until a successor takes it with {@link LinuxUffd#takeFrom}. Closed
 * there by {@link RemoteProcess#closeInside}, it ends with this process, and touches go through with whatever the file
 * holds then.
 *
 * @param uffd the userfaultfd, which belongs to the caller
 * @param numberInside the descriptor's number in the other process
 * @param stoppedNanos for how long that process's main thread stood still
 */
public record RemoteUffd(LinuxUffd uffd, int numberInside, long stoppedNanos) {}
