package dev.faultline.guest.qemu.machine;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;

/** What QEMU's run states mean for a migration. Source: RunState, qapi/run-state.json, QEMU 7.2. */
public final class RunStates {
    /** It runs. */
    public static final String RUNNING = "running";
    /** It waits for a migration. */
    public static final String INCOMING = "inmigrate";
    /** A migration has stopped it, and is about to end or to let it run on. */
    public static final String MIGRATING = "finish-migrate";
    /** Its state was sent by a migration, to the end or nearly so. */
    public static final String MIGRATED = "postmigrate";

    private RunStates() {}

    /**
     * {@return what a run state is to an engine}
     *
     * @param runState QEMU's word
     * @throws GuestException if a machine in that state cannot be moved; the message says what to do
     */
    public static GuestState guestState(String runState) {
        return switch (runState) {
            case RUNNING -> GuestState.RUNNING;
            case INCOMING -> GuestState.INCOMING;
            case "paused", "prelaunch", MIGRATED, MIGRATING, "debug", "save-vm", "restore-vm" -> GuestState.PAUSED;
            default ->
                throw new GuestException("The machine is in QEMU's state '" + runState + "': " + remedy(runState));
        };
    }

    private static String remedy(String runState) {
        return switch (runState) {
            case "io-error" -> "its disk has failed; repair that, then resume it with 'cont'";
            case "internal-error" -> "its processor met something that it cannot do; reset it with 'system_reset'";
            case "guest-panicked" -> "the guest's kernel has panicked; reset it with 'system_reset'";
            case "shutdown" -> "the guest has shut down; there is nothing to move";
            case "suspended" -> "the guest sleeps; wake it with 'system_wakeup'";
            case "watchdog" -> "its watchdog has stopped it; resume it with 'cont' or reset it with 'system_reset'";
            case "preconfig" -> "it is not configured yet; use 'x-exit-preconfig'";
            default -> "it can be moved when it runs, or is paused";
        };
    }
}
