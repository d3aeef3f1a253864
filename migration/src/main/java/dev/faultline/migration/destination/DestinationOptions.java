package dev.faultline.migration.destination;

import dev.faultline.migration.TestSwitch;

/**
 * What the destination is asked to do.
 *
 * @param startPaused whether the guest stays paused after the hand-over, until somebody resumes it
 * @param reconnectNanos for how long to wait for a source whose connections have broken; 0: not at all
 * @param faultSpin for how long to look for a fault before sleeping until one comes
 * @param testSwitch {@link TestSwitch#NONE} but in tests
 */
public record DestinationOptions(boolean startPaused, long reconnectNanos, SpinLimit faultSpin, TestSwitch testSwitch) {
    /**
     * With what fits this machine.
     *
     * @param startPaused whether the guest stays paused after the hand-over, until somebody resumes it
     * @param reconnectNanos for how long to wait for a source whose connections have broken; 0: not at all
     * @param testSwitch {@link TestSwitch#NONE} but in tests
     */
    public DestinationOptions(boolean startPaused, long reconnectNanos, TestSwitch testSwitch) {
        this(startPaused, reconnectNanos, SpinLimit.auto(), testSwitch);
    }
}
