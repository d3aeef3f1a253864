package dev.faultline.cli.json;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Records as JSON objects and back. Their components are whole numbers, truth values, texts, constants, records, and lists of
 * records; their names hold the units. The records are public ones of packages that this module can read.
 */
public final class RecordJson {
    private RecordJson() {}

    /**
     * {@return an object with a member for each component}
     *
     * @param record the record
     */
    public static ObjectNode write(Record record) {
        ObjectNode node = Json.object();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            writeMember(node, component.getName(), get(record, component));
        }
        return node;
    }

    private static void writeMember(ObjectNode node, String name, Object value) {
        switch (value) {
            case Long number -> node.put(name, number);
            case Integer number -> node.put(name, number);
            case Boolean truth -> node.put(name, truth);
            case String text -> node.put(name, text);
            case Enum<?> constant -> node.put(name, constant.name().toLowerCase(Locale.ROOT));
            case Record part -> node.set(name, write(part));
            case List<?> list -> {
                ArrayNode array = node.putArray(name);
                list.forEach(part -> array.add(write((Record) part)));
            }
            default -> throw new IllegalArgumentException("no JSON for " + name + ": " + value.getClass());
        }
    }

    /**
     * {@return the record that an object holds}
     *
     * @param node the object
     * @param type the record's class
     * @param <T> the record's class
     * @throws IllegalArgumentException if a member is missing or wrong
     */
    public static <T extends Record> T read(JsonNode node, Class<T> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = readMember(node.path(components[i].getName()), components[i]);
        }
        try {
            return type.getConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no " + type.getSimpleName() + ": " + node, e);
        }
    }

    private static Object readMember(JsonNode node, RecordComponent component) {
        Class<?> type = component.getType();
        if (node.isMissingNode()) {
            throw new IllegalArgumentException("there is no " + component.getName());
        }
        if (type == long.class) {
            return node.asLong();
        } else if (type == int.class) {
            return node.asInt();
        } else if (type == boolean.class) {
            return node.asBoolean();
        } else if (type == String.class) {
            return node.asString();
        } else if (type.isRecord()) {
            return read(node, type.asSubclass(Record.class));
        } else if (type.isEnum()) {
            return constant(type, node.asString());
        } else if (type == List.class) {
            List<Record> parts = new ArrayList<>();
            node.forEach(part -> parts.add(read(part, partType(component))));
            return parts;
        }
        throw new IllegalArgumentException("no value of " + component);
    }

    private static Object constant(Class<?> type, String name) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equalsIgnoreCase(name)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("no " + type.getSimpleName() + ": " + name);
    }

    private static Class<? extends Record> partType(RecordComponent component) {
        ParameterizedType list = (ParameterizedType) component.getGenericType();
        return ((Class<?>) list.getActualTypeArguments()[0]).asSubclass(Record.class);
    }

    private static Object get(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("cannot read " + component, e);
        }
    }
}
