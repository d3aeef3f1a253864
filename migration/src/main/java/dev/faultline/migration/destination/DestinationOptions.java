package dev.faultline.migration.destination;

import dev.faultline.migration.AdmissionCheck;
import dev.faultline.migration.OnLostPages;
import dev.faultline.migration.TestSwitch;

/**
 * What the destination is asked to do.
 *
 * @param startPaused whether the guest stays paused after the hand-over, until somebody resumes it
 * @param reconnectNanos for how long to wait for a source whose connections have broken; 0: not at all
 * @param onLostPages what becomes of the guest when the source has not come back in that time
 * @param admission what is looked at before a guest is let in
 * @param faultSpin for how long to look for a fault before sleeping until one comes
 * @param testSwitch {@link TestSwitch#NONE} but in tests
 */
public record DestinationOptions(
        boolean startPaused,
        long reconnectNanos,
        OnLostPages onLostPages,
        AdmissionCheck admission,
        SpinLimit faultSpin,
        TestSwitch testSwitch) {
    /**
     * With a guest that is let in unseen, and frozen when its source does not come back; it spins as fits this machine.
     *
     * @param startPaused whether the guest stays paused after the hand-over, until somebody resumes it
     * @param reconnectNanos for how long to wait for a source whose connections have broken; 0: not at all
     * @param testSwitch {@link TestSwitch#NONE} but in tests
     */
    public DestinationOptions(boolean startPaused, long reconnectNanos, TestSwitch testSwitch) {
        this(startPaused, reconnectNanos, OnLostPages.FREEZE, AdmissionCheck.NONE, SpinLimit.auto(), testSwitch);
    }
}
