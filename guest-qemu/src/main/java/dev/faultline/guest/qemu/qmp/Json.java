package dev.faultline.guest.qemu.qmp;

import dev.faultline.uffd.ipc.LineReader;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON to and from lines. */
public final class Json {
    private static final int MAX_DEPTH = 64;
    /** A line of the greatest length could otherwise become some hundred times as much memory. */
    private static final int MAX_TOKENS = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxTokenCount(MAX_TOKENS)
                            .maxStringLength(LineReader.MAX_LINE_BYTES)
                            .build())
                    .build())
            .build();

    private Json() {}

    /** {@return a new object} */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** {@return a new array} */
    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /**
     * {@return the object in a line}
     *
     * @throws IllegalArgumentException if it is none; the message says why
     */
    static ObjectNode parseObject(byte[] line) {
        try {
            if (MAPPER.readTree(line) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            String message = e.getOriginalMessage();
            throw new IllegalArgumentException(message.lines().findFirst().orElse("unreadable"), e);
        }
        throw new IllegalArgumentException("it is no JSON object");
    }

    static byte[] line(JsonNode node) {
        byte[] body = MAPPER.writeValueAsBytes(node);
        byte[] line = new byte[body.length + 1];
        System.arraycopy(body, 0, line, 0, body.length);
        line[body.length] = '\n';
        return line;
    }
}
