package dev.faultline.cli.manual;

/** Text of a man page: the macros of man(7), and prose that is nothing but prose. */
final class Roff {
    private final StringBuilder text = new StringBuilder();

    /** Adds a macro with its arguments, which are in quotation marks as they may have spaces. */
    Roff macro(String name, String... arguments) {
        text.append('.').append(name);
        for (String argument : arguments) {
            text.append(" \"").append(escape(argument).replace("\"", "\\(dq")).append('"');
        }
        text.append('\n');
        return this;
    }

    Roff bold(String words) {
        return font("\\fB", words);
    }

    Roff italic(String words) {
        return font("\\fI", words);
    }

    private Roff font(String begin, String words) {
        text.append(begin).append(escape(words)).append("\\fR");
        return this;
    }

    Roff words(String words) {
        text.append(escape(words));
        return this;
    }

    /** Ends a line, which is not the end of a paragraph. */
    Roff line() {
        text.append('\n');
        return this;
    }

    /** Adds a line of prose. */
    Roff prose(String words) {
        return guard(words).words(words).line();
    }

    /** A dot or an apostrophe at the beginning of a line would make a macro of it. */
    private Roff guard(String words) {
        if (words.startsWith(".") || words.startsWith("'")) {
            text.append("\\&");
        }
        return this;
    }

    /** A bare minus would be shown as a hyphen, which no shell takes. */
    private static String escape(String words) {
        return words.replace("\\", "\\e").replace("-", "\\-");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
