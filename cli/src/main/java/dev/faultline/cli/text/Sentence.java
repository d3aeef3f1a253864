package dev.faultline.cli.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes one sentence on one line out of whatever a failure says about itself. */
public final class Sentence {
    private static final Pattern WHITE = Pattern.compile("\\s+");
    private static final Pattern STOP_INSIDE = Pattern.compile("\\.+;? (?=\\S)");

    private Sentence() {}

    /**
     * {@return one sentence: on one line, with a capital at its beginning and one full stop, at its end}
     *
     * @param text one or more sentences
     */
    public static String of(String text) {
        String line = joined(WHITE.matcher(text).replaceAll(" ").strip());
        line = stripEnd(line);
        if (line.isEmpty()) {
            return "It failed without saying why.";
        }
        return capital(line) + (line.endsWith("?") ? "" : ".");
    }

    /**
     * {@return the same as a clause, to be part of a longer sentence}
     *
     * @param text one or more sentences
     */
    public static String clause(String text) {
        return small(stripEnd(joined(WHITE.matcher(text).replaceAll(" ").strip())));
    }

    private static String joined(String line) {
        Matcher matcher = STOP_INSIDE.matcher(line);
        StringBuilder out = new StringBuilder();
        int from = 0;
        while (matcher.find()) {
            out.append(from == 0 ? line.substring(0, matcher.start()) : small(line.substring(from, matcher.start())));
            out.append("; ");
            from = matcher.end();
        }
        return out.append(from == 0 ? line : small(line.substring(from))).toString();
    }

    private static String stripEnd(String line) {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == '.' || line.charAt(end - 1) == ' ')) {
            end--;
        }
        return line.substring(0, end);
    }

    /** The names of system calls stay as they are. */
    private static String capital(String line) {
        int end = 0;
        while (end < line.length() && Character.isLetterOrDigit(line.charAt(end))) {
            end++;
        }
        boolean word = end == line.length() || line.charAt(end) == ' ' || line.charAt(end) == ',';
        return word ? Character.toUpperCase(line.charAt(0)) + line.substring(1) : line;
    }

    /** A word that is not all capitals, nor a single letter. */
    private static String small(String line) {
        boolean word = line.length() > 1
                && Character.isUpperCase(line.charAt(0))
                && (Character.isLowerCase(line.charAt(1)) || line.charAt(1) == ' ');
        return word ? Character.toLowerCase(line.charAt(0)) + line.substring(1) : line;
    }
}
