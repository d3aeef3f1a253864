package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.MemoryKind;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A program: a mapping, threads, and what they and the userfaultfd's handler do one after the other.
 *
 * @param kind of what memory the mapping is
 * @param pages how long it is, and the file at the beginning; behind it is as much free room
 * @param threads how many
 * @param steps what is done
 */
record Program(MemoryKind kind, int pages, int threads, List<Step> steps) {
    Program {
        steps = List.copyOf(steps);
    }

    /** {@return how many pages there are in all, with the free room} */
    int slots() {
        return 2 * pages;
    }

    Program withSteps(List<Step> newSteps) {
        return new Program(kind, pages, threads, newSteps);
    }

    /** {@return it as text: a line that tells of what it is, and a line for each step} */
    String text() {
        return "program kind=" + kind.label() + " pages=" + pages + " threads=" + threads + "\n"
                + steps.stream().map(StepText::of).collect(Collectors.joining("\n", "", "\n"));
    }

    /**
     * {@return the program that a text tells}
     *
     * @param text as {@link #text} gives it, with empty lines and lines that begin with # anywhere
     * @throws IllegalArgumentException if it tells none
     */
    static Program parse(String text) {
        List<String> lines = text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        List<String> head = List.of(lines.getFirst().split(" +", -1));
        if (head.size() != 4 || !head.getFirst().equals("program")) {
            throw new IllegalArgumentException("no program: " + lines.getFirst());
        }
        List<Step> steps =
                lines.subList(1, lines.size()).stream().map(StepText::parse).toList();
        return new Program(
                kind(value(head.get(1), "kind")),
                Integer.parseInt(value(head.get(2), "pages")),
                Integer.parseInt(value(head.get(3), "threads")),
                steps);
    }

    /** {@return the kind of memory of that name} */
    static MemoryKind kind(String label) {
        return Arrays.stream(MemoryKind.values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kind of memory: " + label));
    }

    private static String value(String word, String name) {
        if (!word.startsWith(name + "=")) {
            throw new IllegalArgumentException("expected " + name + "= instead of " + word);
        }
        return word.substring(name.length() + 1);
    }
}
