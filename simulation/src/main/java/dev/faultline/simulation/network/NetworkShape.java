package dev.faultline.simulation.network;

/**
 * What the network is like while nothing is wrong with it.
 *
 * @param latencyNanos one way
 * @param jitterNanos at most this much more, for each piece
 * @param nanosPerKib how long 1024 bytes keep a direction busy
 * @param windowBytes how much of a connection may be on its way, or unread, in one direction
 */
public record NetworkShape(long latencyNanos, long jitterNanos, long nanosPerKib, int windowBytes) {}
