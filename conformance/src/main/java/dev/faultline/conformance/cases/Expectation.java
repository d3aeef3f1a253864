package dev.faultline.conformance.cases;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a case must give, where it may depend on the kernel's version. Written as
 * {@code OK {6.13: OK / EINVAL} {6.18: EINVAL}}: first what holds from the beginning on, then what holds from a version
 * on; a slash between spaces parts answers that are all right.
 */
public final class Expectation {
    private static final Pattern LATER = Pattern.compile("\\{(\\d+\\.\\d+): ([^}]*)}");
    private static final Pattern EITHER = Pattern.compile(" / ");

    private record Since(KernelVersion version, List<String> answers) {}

    private final List<Since> history = new ArrayList<>();

    private Expectation() {}

    /** {@return the expectation that a text describes} */
    public static Expectation parse(String text) {
        Expectation expectation = new Expectation();
        Matcher later = LATER.matcher(text);
        int brace = text.indexOf(" {");
        expectation.add(new KernelVersion(0, 0), brace < 0 ? text : text.substring(0, brace));
        while (later.find()) {
            expectation.add(KernelVersion.parse(later.group(1)), later.group(2));
        }
        return expectation;
    }

    private void add(KernelVersion version, String answers) {
        history.add(new Since(
                version, EITHER.splitAsStream(answers).map(String::strip).toList()));
    }

    /** {@return whether an answer is right for a version} */
    public boolean allows(KernelVersion version, String answer) {
        return at(version).contains(answer);
    }

    /** {@return what is expected of a version, for people} */
    public String text(KernelVersion version) {
        return String.join(" / ", at(version));
    }

    private List<String> at(KernelVersion version) {
        List<String> answers = history.getFirst().answers();
        for (Since since : history) {
            if (since.version().compareTo(version) <= 0) {
                answers = since.answers();
            }
        }
        return answers;
    }
}
