package dev.faultline.guest.qemu.qmp;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something that QEMU tells without being asked.
 *
 * @param number counts the events of a connection, from 1 on
 * @param name which, such as STOP
 * @param data what goes with it, an empty object if nothing does
 * @param timeMicros when, by the host's clock as QEMU read it, in microseconds since 1970
 */
public record QmpEvent(long number, String name, JsonNode data, long timeMicros) {
    private static final long MICROS_PER_SECOND = 1_000_000;

    static QmpEvent of(long number, ObjectNode line) {
        JsonNode time = line.path("timestamp");
        long micros = time.path("seconds").asLong(0) * MICROS_PER_SECOND
                + time.path("microseconds").asLong(0);
        JsonNode data = line.path("data");
        return new QmpEvent(number, line.path("event").asString(""), data.isObject() ? data : Json.object(), micros);
    }
}
