package dev.faultline.cli.json;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON objects and their text. */
public final class Json {
    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    /** {@return an empty object} */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * {@return an object on one line}
     *
     * @param object the object
     */
    public static String line(ObjectNode object) {
        return MAPPER.writeValueAsString(object);
    }

    /**
     * {@return the object that a line holds, or nothing if it holds something else}
     *
     * @param line the line
     */
    public static Optional<ObjectNode> parse(String line) {
        try {
            JsonNode node = MAPPER.readTree(line);
            return node instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
