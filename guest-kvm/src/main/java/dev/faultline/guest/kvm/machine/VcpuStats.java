package dev.faultline.guest.kvm.machine;

import org.jspecify.annotations.Nullable;

/**
 * A vCPU's counters. All but the last two come along when the guest moves.
 *
 * @param heartbeats signs of life; one every 2 ms or so of its work
 * @param pagesVerified pages of 4096 bytes that it checked
 * @param pagesWritten pages of 4096 bytes that it wrote
 * @param passes complete passes over its hot set
 * @param coldTouches pages of its cold set that it touched, the filling included
 * @param corruptions checks that found a page wrong
 * @param firstCorruption the first of them
 * @param lastHeartbeatEpochMicros when the last heartbeat was, by this host's clock, or 0 before the first
 * @param longestGapMicros the longest time between two heartbeats while it ran
 * @param pauseGapMicros the time between the heartbeats before and after the latest pause that is over, wherever the guest
 *     was resumed: how long it was silent. Does not come along; 0 before the first heartbeat on this machine
 * @param failure why it will not run any more
 */
public record VcpuStats(
        long heartbeats,
        long pagesVerified,
        long pagesWritten,
        long passes,
        long coldTouches,
        long corruptions,
        @Nullable Corruption firstCorruption,
        long lastHeartbeatEpochMicros,
        long longestGapMicros,
        long pauseGapMicros,
        @Nullable String failure) {}
