package dev.faultline.migration.page;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/** How much memory the arrays and segments take that some of the engines' objects hold, directly or by others of them. */
public final class HeldBytes {
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> open = new ArrayDeque<>();
    private long bytes;

    private HeldBytes() {}

    /** {@return what these objects hold, each array counted once} */
    public static long of(Object... roots) throws IllegalAccessException {
        HeldBytes held = new HeldBytes();
        for (Object root : roots) {
            held.found(root);
        }
        while (!held.open.isEmpty()) {
            held.count(held.open.pop());
        }
        return held.bytes;
    }

    private void found(Object object) {
        if (object != null && seen.add(object)) {
            open.push(object);
        }
    }

    private void count(Object object) throws IllegalAccessException {
        switch (object) {
            case long[] array -> bytes += array.length * (long) Long.BYTES;
            case int[] array -> bytes += array.length * (long) Integer.BYTES;
            case byte[] array -> bytes += array.length;
            case AtomicIntegerArray array -> bytes += array.length() * (long) Integer.BYTES;
            case AtomicLongArray array -> bytes += array.length() * (long) Long.BYTES;
            case MemorySegment segment -> bytes += segment.byteSize();
            case Iterable<?> elements -> elements.forEach(this::found);
            default -> countOther(object);
        }
    }

    private void countOther(Object object) throws IllegalAccessException {
        if (object.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(object); i++) {
                found(Array.get(object, i));
            }
        }
        Class<?> type = object.getClass();
        while (type != null && type.getName().startsWith("dev.faultline.migration.") && !type.isHidden()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive() && !isGuests(field)) {
                    field.setAccessible(true);
                    found(field.get(object));
                }
            }
            type = type.getSuperclass();
        }
    }

    private static boolean isGuests(Field field) {
        return field.getName().equals("alias");
    }
}
