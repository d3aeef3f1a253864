package dev.faultline.guest.kvm.control;

import dev.faultline.uffd.ipc.LineReader;
import java.util.Base64;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON to and from lines, and members with the type that is expected. Anything else is a BAD_REQUEST. */
final class Json {
    private static final int MAX_DEPTH = 32;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(LineReader.MAX_LINE_BYTES)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static ObjectNode parseObject(byte[] line) {
        JsonNode node;
        try {
            node = MAPPER.readTree(line);
        } catch (JacksonException e) {
            throw bad("this line is not valid JSON: " + firstLine(e.getOriginalMessage()));
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw bad("a line has to be one JSON object, such as {\"execute\": \"query\"}");
    }

    static byte[] line(JsonNode node) {
        byte[] body = MAPPER.writeValueAsBytes(node);
        byte[] line = new byte[body.length + 1];
        System.arraycopy(body, 0, line, 0, body.length);
        line[body.length] = '\n';
        return line;
    }

    static String text(ObjectNode object, String member) {
        JsonNode node = object.path(member);
        if (!node.isString()) {
            throw wrongType(object, member, "a string");
        }
        return node.stringValue();
    }

    static long number(ObjectNode object, String member) {
        JsonNode node = object.path(member);
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw wrongType(object, member, "a whole number");
        }
        return node.longValue();
    }

    static ObjectNode child(ObjectNode object, String member) {
        if (object.path(member) instanceof ObjectNode child) {
            return child;
        }
        throw wrongType(object, member, "an object");
    }

    static ArrayNode array(ObjectNode object, String member) {
        if (object.path(member) instanceof ArrayNode array) {
            return array;
        }
        throw wrongType(object, member, "an array");
    }

    static byte[] base64(ObjectNode object, String member) {
        try {
            return Base64.getDecoder().decode(text(object, member));
        } catch (IllegalArgumentException e) {
            throw bad("'" + member + "' is not valid base64: " + e.getMessage());
        }
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static RefusedException wrongType(ObjectNode object, String member, String expected) {
        String problem = object.has(member) ? "has to be " : "is missing: it has to be ";
        return bad("'" + member + "' " + problem + expected);
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("unreadable");
    }

    private static RefusedException bad(String message) {
        return new RefusedException(ErrorClass.BAD_REQUEST, message);
    }
}
