package dev.faultline.qemu.lab.qmp;

import tools.jackson.databind.JsonNode;

/**
 * Something that QEMU reports by itself.
 *
 * @param name what it is: STOP, RESUME, MIGRATION and so on
 * @param timestampMicros when, by the host's clock, in microseconds since 1970
 * @param data more about it; missing if there is none
 */
public record QmpEvent(String name, long timestampMicros, JsonNode data) {}
