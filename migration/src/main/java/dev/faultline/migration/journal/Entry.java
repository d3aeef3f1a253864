package dev.faultline.migration.journal;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.guest.GuestRegion;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * What is written down of one side of a move.
 *
 * @param name what the guest is called on the command line
 * @param key the guest's process: its number and when it began
 * @param phase how far it has come
 * @param sessionId the move, the same on both sides
 * @param address source: where to; destination: where it listened
 * @param layout the guest's memory, in words
 * @param runs whether the guest ran when the hand-over began, and so is to run
 * @param audit whether the move is to be audited, and, at the source, what came of it
 */
public record Entry(
        String name,
        ProcessKey key,
        Phase phase,
        long sessionId,
        String address,
        String layout,
        boolean runs,
        AuditReport audit) {
    private static final String FORMAT = "2";

    static Entry none(String name, long processId) {
        return new Entry(name, ProcessKey.of(processId), Phase.COPYING, 0, "", "", false, AuditReport.NONE);
    }

    static String layout(List<GuestRegion> regions) {
        return regions.stream()
                .map(region -> region.name() + ":" + region.pageShift() + ":" + region.lengthBytes())
                .collect(Collectors.joining(","));
    }

    /**
     * {@return whether a guest's memory is the one that was written down}
     *
     * @param regions the guest's memory
     */
    public boolean isOf(List<GuestRegion> regions) {
        return layout.equals(layout(regions));
    }

    /** {@return whether the guest's process is still there} */
    public boolean isAlive() {
        return key.isAlive();
    }

    /** {@return whether nothing is left to be done, but perhaps to tell the other side} */
    public boolean isOver() {
        return phase == Phase.NEVER || phase == Phase.COMPLETE || phase == Phase.LOST;
    }

    Entry begun(Phase first, long session, String at, String memory) {
        return new Entry(name, key, first, session, at, memory, runs, audit);
    }

    Entry at(Phase next) {
        return new Entry(name, key, next, sessionId, address, layout, runs, audit);
    }

    Entry running(boolean ran) {
        return new Entry(name, key, phase, sessionId, address, layout, ran, audit);
    }

    Entry audited(AuditReport outcome) {
        return new Entry(name, key, phase, sessionId, address, layout, runs, outcome);
    }

    /** {@return it in the format of {@link Properties}} Written here: it is done while a guest stands still. */
    String text() {
        StringBuilder text = new StringBuilder(512);
        line(text, "format", FORMAT);
        line(text, "name", name);
        line(text, "process", Long.toString(key.processId()));
        line(text, "processBegan", Long.toString(key.beganMillis()));
        line(text, "phase", phase.name());
        line(text, "session", Long.toHexString(sessionId));
        line(text, "address", address);
        line(text, "layout", layout);
        line(text, "runs", Boolean.toString(runs));
        line(text, "audit", Boolean.toString(audit.asked()));
        line(text, "audit.pages", Long.toString(audit.pages()));
        line(text, "audit.mismatches", Long.toString(audit.mismatches()));
        line(text, "audit.words", audit.words());
        line(text, "audit.hashBytes", Long.toString(audit.hashBytes()));
        line(text, "audit.nanos", Long.toString(audit.durationNanos()));
        return text.toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append('=');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\f' -> text.append("\\f");
                case ' ' -> text.append(i == 0 ? "\\ " : " ");
                default -> text.append(c);
            }
        }
        text.append('\n');
    }

    /**
     * {@return the entry in a file's properties}
     *
     * @throws IllegalArgumentException if they are none
     */
    static Entry of(Properties properties) {
        if (!FORMAT.equals(properties.getProperty("format"))) {
            throw new IllegalArgumentException(
                    "it is of format " + properties.getProperty("format") + ", this version writes " + FORMAT);
        }
        return new Entry(
                text(properties, "name"),
                new ProcessKey(number(properties, "process"), number(properties, "processBegan")),
                Phase.valueOf(text(properties, "phase")),
                Long.parseUnsignedLong(text(properties, "session"), 16),
                text(properties, "address"),
                text(properties, "layout"),
                Boolean.parseBoolean(text(properties, "runs")),
                new AuditReport(
                        Boolean.parseBoolean(text(properties, "audit")),
                        number(properties, "audit.pages"),
                        number(properties, "audit.mismatches"),
                        text(properties, "audit.words"),
                        number(properties, "audit.hashBytes"),
                        number(properties, "audit.nanos")));
    }

    private static String text(Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException("it has no '" + key + "'");
        }
        return value;
    }

    private static long number(Properties properties, String key) {
        return Long.parseLong(text(properties, key));
    }
}
