package dev.faultline.migration.source;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import java.net.InetSocketAddress;

/**
 * What the source is asked to do.
 *
 * @param destination where the destination's engine listens
 * @param mode when the guest changes hosts
 * @param reconnectNanos for how long to try to connect again when connections break after the hand-over; 0: not at all
 * @param holdMapNanos how long to hold the dirty map back after the hand-over; 0 but in tests
 * @param testSwitch {@link TestSwitch#NONE} but in tests
 */
public record SourceOptions(
        InetSocketAddress destination,
        MigrationMode mode,
        long reconnectNanos,
        long holdMapNanos,
        TestSwitch testSwitch) {
    static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
