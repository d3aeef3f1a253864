package dev.faultline.cli.demo;

/**
 * Both sides' memory files, compared byte by byte while the guest was paused.
 *
 * @param comparedBytes how many bytes were compared
 * @param differingBytes how many of them differ
 * @param sourceAllocatedBytes how much memory the source's files took
 * @param destinationAllocatedBytes how much memory the destination's files took
 */
record Comparison(long comparedBytes, long differingBytes, long sourceAllocatedBytes, long destinationAllocatedBytes) {}
