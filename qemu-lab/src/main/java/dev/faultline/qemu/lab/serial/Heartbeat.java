package dev.faultline.qemu.lab.serial;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A guest's heartbeat. All counters are since its start, on whatever machine.
 *
 * @param number the first is 1
 * @param guestMillis the guest's monotonic clock
 * @param passes how often all hot pages were written
 * @param pagesWritten hot pages written
 * @param pagesVerified pages verified whole
 * @param corruptions pages that did not hold what they should
 * @param diskOperations blocks read or written
 * @param arrivalNanos when the host saw it, by {@link System#nanoTime}; or {@link SerialLine#UNKNOWN}
 */
public record Heartbeat(
        long number,
        long guestMillis,
        long passes,
        long pagesWritten,
        long pagesVerified,
        long corruptions,
        long diskOperations,
        long arrivalNanos) {
    private static final String NUMBER = " (\\d{1,18})";
    private static final Pattern LINE = Pattern.compile("HB" + NUMBER.repeat(7));

    static Optional<Heartbeat> of(SerialLine line) {
        Matcher matcher = LINE.matcher(line.text());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long[] values = new long[7];
        for (int i = 0; i < values.length; i++) {
            values[i] = Long.parseLong(matcher.group(i + 1));
        }
        return Optional.of(new Heartbeat(
                values[0], values[1], values[2], values[3], values[4], values[5], values[6], line.arrivalNanos()));
    }
}
