package dev.faultline.conformance.differential;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Steps as lines of text: the step's name, then each of its components as {@code name=value}. */
final class StepText {
    private static final Map<String, Class<?>> TYPES = types(Step.class)
            .collect(Collectors.toMap(StepText::nameOf, type -> type, (a, _) -> a, LinkedHashMap::new));

    private static final String RACE = "race delayMicros=";

    private StepText() {}

    private static Stream<Class<?>> types(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(StepText::types);
    }

    private static String nameOf(Class<?> type) {
        return type.getSimpleName().substring(0, 1).toLowerCase(Locale.ROOT)
                + type.getSimpleName().substring(1);
    }

    /** {@return the names of all steps} */
    static List<String> names() {
        return List.copyOf(TYPES.keySet());
    }

    /** {@return the name of a step} */
    static String name(Step step) {
        return nameOf(step.getClass());
    }

    /** {@return a step as a line} */
    static String of(Step step) {
        if (step instanceof Step.Race(int delayMicros, List<Step> steps)) {
            return steps.stream().map(StepText::of).collect(Collectors.joining(" | ", RACE + delayMicros + " | ", ""));
        }
        return name(step)
                + Arrays.stream(step.getClass().getRecordComponents())
                        .map(component -> " " + component.getName() + "=" + value(component, step))
                        .collect(Collectors.joining());
    }

    private static Object value(RecordComponent component, Step step) {
        try {
            return component.getAccessor().invoke(step);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * {@return the step that a line tells}
     *
     * @throws IllegalArgumentException if it tells none
     */
    static Step parse(String line) {
        if (line.strip().startsWith(RACE)) {
            List<String> parts = List.of(line.strip().substring(RACE.length()).split("[|]", -1));
            return new Step.Race(
                    Integer.parseInt(parts.getFirst().strip()),
                    parts.subList(1, parts.size()).stream().map(StepText::parse).toList());
        }
        List<String> words = List.of(line.strip().split(" +", -1));
        Class<?> type = TYPES.get(words.getFirst());
        if (type == null) {
            throw new IllegalArgumentException("no step: " + line);
        }
        RecordComponent[] components = type.getRecordComponents();
        if (words.size() != components.length + 1) {
            throw new IllegalArgumentException("a " + words.getFirst() + " has other components: " + line);
        }
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName() + "=";
            String word = words.get(i + 1);
            if (!word.startsWith(name)) {
                throw new IllegalArgumentException("expected " + name + " in: " + line);
            }
            values[i] = parse(components[i].getType(), word.substring(name.length()));
        }
        return create(type, components, values);
    }

    private static Object parse(Class<?> type, String text) {
        if (type == int.class) {
            return Integer.valueOf(text);
        }
        if (type == long.class) {
            return Long.valueOf(text);
        }
        if (type == boolean.class) {
            return Boolean.valueOf(text);
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + type.getSimpleName() + ": " + text));
    }

    private static Step create(Class<?> type, RecordComponent[] components, Object[] values) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return (Step) constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
