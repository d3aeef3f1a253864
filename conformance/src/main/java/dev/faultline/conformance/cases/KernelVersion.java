package dev.faultline.conformance.cases;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of Linux.
 *
 * @param major before the dot
 * @param minor behind it
 */
public record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
    /** The version that the model is one of. */
    public static final KernelVersion OF_MODEL = new KernelVersion(6, 18);

    private static final Pattern FORM = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final Comparator<KernelVersion> ORDER =
            Comparator.comparingInt(KernelVersion::major).thenComparingInt(KernelVersion::minor);

    /**
     * {@return the version that a text begins with}
     *
     * @param text such as {@code 6.18.44-cloud-amd64}
     */
    public static KernelVersion parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a version of Linux: " + text);
        }
        return new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** {@return the version of this machine's kernel} */
    public static KernelVersion ofThisMachine() {
        return parse(System.getProperty("os.version"));
    }

    @Override
    public int compareTo(KernelVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
