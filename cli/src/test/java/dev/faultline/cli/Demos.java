package dev.faultline.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Demos of a size that suits a test. */
final class Demos {
    static final List<String> SMALL = List.of("--memory", "256M", "--working-set", "64M", "--cold-set", "32M");

    private Demos() {}

    /** Runs one to its end. Huge pages are added for as long as it runs. */
    static Faultline run(String... options) {
        return Faultline.run(arguments(options));
    }

    /** Runs one whose guest is the caller's choice. */
    static Faultline runOnly(List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--json", "--reserve-hugepages"));
        arguments.addAll(options);
        return Faultline.run(arguments.toArray(String[]::new));
    }

    static String[] arguments(String... options) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--json", "--reserve-hugepages"));
        arguments.addAll(SMALL);
        arguments.addAll(Arrays.asList(options));
        return arguments.toArray(String[]::new);
    }
}
