package dev.faultline.migration.guest;

/** What a machine is doing. */
public enum GuestState {
    /** Its vCPUs run. */
    RUNNING,
    /** Its vCPUs are stopped and can be resumed. */
    PAUSED,
    /** It waits for a device state to be loaded. */
    INCOMING,
    /** It was handed over to another host and never runs here again. */
    RELINQUISHED
}
