package dev.faultline.migration.source;

import dev.faultline.migration.DataPath;
import dev.faultline.migration.Limits;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.OnNoConvergence;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.codec.Codec;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestState;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What the source is asked to do.
 *
 * @param destination where the destination's engine listens
 * @param mode when the guest changes hosts
 * @param limits what it may cost
 * @param dataPath how page content crosses the network
 * @param verify whether every page is to be audited when it has arrived
 * @param standsBy whether it begins only when an operator says so, with the destination ready
 * @param reconnectNanos for how long to try to connect again when connections break after the hand-over; 0: not at all
 * @param holdMapNanos how long to hold the dirty map back after the hand-over; 0 but in tests
 * @param testSwitch {@link TestSwitch#NONE} but in tests
 */
public record SourceOptions(
        InetSocketAddress destination,
        MigrationMode mode,
        Limits limits,
        DataPath dataPath,
        boolean verify,
        boolean standsBy,
        long reconnectNanos,
        long holdMapNanos,
        TestSwitch testSwitch) {
    /**
     * With the limits of the mode, the plain data path, and no audit.
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

    /**
     * With the plain data path.
     *
     * @param destination where the destination's engine listens
     * @param mode when the guest changes hosts
     * @param limits what it may cost
     * @param verify whether every page is to be audited when it has arrived
     * @param reconnectNanos for how long to try to connect again when connections break after the hand-over; 0: not at all
     * @param holdMapNanos how long to hold the dirty map back after the hand-over; 0 but in tests
     * @param testSwitch {@link TestSwitch#NONE} but in tests
     */
    public SourceOptions(
            InetSocketAddress destination,
            MigrationMode mode,
            Limits limits,
            boolean verify,
            long reconnectNanos,
            long holdMapNanos,
            TestSwitch testSwitch) {
        this(destination, mode, limits, DataPath.PLAIN, verify, false, reconnectNanos, holdMapNanos, testSwitch);
    }

    /**
     * {@return the same over another data path}
     *
     * @param path how page content crosses the network
     */
    public SourceOptions over(DataPath path) {
        return new SourceOptions(
                destination, mode, limits, path, verify, standsBy, reconnectNanos, holdMapNanos, testSwitch);
    }

    /** {@return why content cannot be compressed as asked for, if it cannot} */
    Optional<String> cannotCompress(int formats, String where) {
        Optional<Codec> wanted = switch (dataPath.compression()) {
            case NONE, AUTO -> Optional.empty();
            case LZ4 -> Optional.of(Codec.LZ4);
            case ZSTD -> Optional.of(Codec.ZSTD);
        };
        return wanted.filter(codec -> !codec.isIn(formats))
                .map(codec -> codec + " cannot be used on the " + where
                        + "'s host, for which its library is not built: choose another compression, or none");
    }

    /** Refuses a guest that cannot be moved like that, before anything is changed. */
    void checkFits(Guest guest) throws MigrationException {
        GuestState state = guest.state();
        if (state != GuestState.RUNNING && state != GuestState.PAUSED) {
            throw new MigrationException("this guest cannot be moved: it is " + state, null);
        }
        Optional<String> trouble = cannotCompress(Codec.available(), "source");
        if (trouble.isPresent()) {
            throw new MigrationException("this guest cannot be moved like that: " + trouble.get(), null);
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
