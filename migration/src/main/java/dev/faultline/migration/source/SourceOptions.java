package dev.faultline.migration.source;

import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestState;
import java.net.InetSocketAddress;

/**
 * What the source is asked to do.
 *
 * @param destination where the destination's engine listens
 * @param mode when the guest changes hosts
 * @param limits what it may cost
 * @param verify whether every page is to be audited when it has arrived
 * @param reconnectNanos for how long to try to connect again when connections break after the hand-over; 0: not at all
 * @param holdMapNanos how long to hold the dirty map back after the hand-over; 0 but in tests
 * @param testSwitch {@link TestSwitch#NONE} but in tests
 */
public record SourceOptions(
        InetSocketAddress destination,
        MigrationMode mode,
        Limits limits,
        boolean verify,
        long reconnectNanos,
        long holdMapNanos,
        TestSwitch testSwitch) {
    /**
     * With the limits of the mode, and no audit.
     *
     * @param destination where the destination's engine listens
     * @param mode when the guest changes hosts
     * @param reconnectNanos for how long to try to connect again when connections break after the hand-over; 0: not at all
     * @param holdMapNanos how long to hold the dirty map back after the hand-over; 0 but in tests
     * @param testSwitch {@link TestSwitch#NONE} but in tests
     */
    public SourceOptions(
            InetSocketAddress destination,
            MigrationMode mode,
            long reconnectNanos,
            long holdMapNanos,
            TestSwitch testSwitch) {
        this(destination, mode, Limits.of(mode), false, reconnectNanos, holdMapNanos, testSwitch);
    }

    /** Refuses a guest that cannot be moved like that, before anything is changed. */
    void checkFits(Guest guest) throws MigrationException {
        GuestState state = guest.state();
        if (state != GuestState.RUNNING && state != GuestState.PAUSED) {
            throw new MigrationException("this guest cannot be moved: it is " + state, null);
        }
        if (limits.onNoConvergence() == OnNoConvergence.THROTTLE && !guest.canThrottle()) {
            throw new MigrationException(
                    "this guest cannot be moved with throttling: its machine (" + guest.machine()
                            + ") cannot be throttled; choose to abort or to switch instead",
                    null);
        }
    }

    static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
