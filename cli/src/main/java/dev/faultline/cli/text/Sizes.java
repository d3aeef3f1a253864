package dev.faultline.cli.text;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes of memory in words: {@code 4096}, {@code 4K}, {@code 512M}, {@code 1.5G}. Units are powers of 1024. */
public final class Sizes {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})(?:\\.(\\d{1,3}))?\\s*([KMGT]?)(?:i?B)?");
    private static final String UNITS = "KMGT";
    private static final int UNIT_SHIFT = 10;

    private Sizes() {}

    /**
     * Reads a size.
     *
     * @param text what an operator wrote
     * @return bytes
     * @throws IllegalArgumentException if it is no size; the message is the end of a sentence
     */
    public static long parse(String text) {
        Matcher matcher = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT).replace("IB", "B"));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no size; write 4096, 64K, 512M or 1G");
        }
        long unit = unit(matcher.group(3));
        try {
            return Math.addExact(
                    Math.multiplyExact(Long.parseLong(matcher.group(1)), unit),
                    matcher.group(2) == null ? 0 : fraction(text, matcher.group(2), unit));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is more than any memory", e);
        }
    }

    private static long unit(String letter) {
        return letter.isEmpty() ? 1 : 1L << (UNIT_SHIFT * (UNITS.indexOf(letter) + 1));
    }

    private static long fraction(String text, String digits, long unit) {
        long scale = 1;
        for (int i = 0; i < digits.length(); i++) {
            scale *= 10;
        }
        long parts = Math.multiplyExact(Long.parseLong(digits), unit);
        if (parts % scale != 0) {
            throw new IllegalArgumentException("'" + text + "' is no whole number of bytes");
        }
        return parts / scale;
    }

    /**
     * {@return a size with three digits or more and its unit}
     *
     * @param bytes the size
     */
    public static String format(long bytes) {
        if (bytes < 1 << UNIT_SHIFT) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1 << UNIT_SHIFT && unit < UNITS.length() - 1) {
            value /= 1 << UNIT_SHIFT;
            unit++;
        }
        return number(value) + " " + UNITS.charAt(unit) + "iB";
    }

    /** Whole numbers without a fraction, since most sizes are. */
    private static String number(double value) {
        if (value == Math.rint(value)) {
            return Long.toString((long) value);
        }
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
