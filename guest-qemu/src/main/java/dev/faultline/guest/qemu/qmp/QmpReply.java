package dev.faultline.guest.qemu.qmp;

import dev.faultline.migration.guest.GuestException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How QEMU answered a command.
 *
 * @param command the command
 * @param value what it returned; an empty object if it refused
 * @param errorClass QMP's class of the refusal; empty if it did not refuse
 * @param errorText QMP's words for it; empty if it did not refuse
 */
public record QmpReply(String command, JsonNode value, String errorClass, String errorText) {
    static QmpReply of(String command, ObjectNode answer) {
        if (answer.path("error") instanceof ObjectNode error) {
            String errorClass = error.path("class").asString("GenericError");
            return new QmpReply(
                    command, Json.object(), errorClass, error.path("desc").asString("no reason given"));
        }
        if (!answer.has("return")) {
            throw new IllegalArgumentException("it has neither 'return' nor 'error'");
        }
        return new QmpReply(command, answer.path("return"), "", "");
    }

    /** {@return whether QEMU refused} */
    public boolean isRefused() {
        return !errorClass.isEmpty();
    }

    /**
     * {@return what the command returned}
     *
     * @throws GuestException if QEMU refused it, in QMP's own words
     */
    public JsonNode orThrow() {
        if (isRefused()) {
            throw new GuestException("QEMU refused '" + command + "': " + errorText + " (" + errorClass + ")");
        }
        return value;
    }
}
