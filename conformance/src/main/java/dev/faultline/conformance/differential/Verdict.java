package dev.faultline.conformance.differential;

import java.util.List;

/**
 * What came of a program on the kernel and on the model.
 *
 * @param program what was run
 * @param differsAt the first step at which no interleaving of the model gives what the kernel gave, or -1
 * @param races whether several threads could go on at once, so that there was an interleaving to choose
 * @param kernel what the kernel gave
 * @param model what the model gave, by the interleaving that goes with the kernel farthest
 */
record Verdict(Program program, int differsAt, boolean races, List<Observation> kernel, List<Observation> model) {
    /** How many steps are told before the one that differs. */
    private static final int BEFORE = 3;

    boolean differs() {
        return differsAt >= 0;
    }

    /** {@return how many steps did something} */
    long steps() {
        return kernel.stream().filter(observation -> !observation.isIdle()).count();
    }

    /** {@return the program, and both sides' observations where they part} */
    String text() {
        StringBuilder text = new StringBuilder(program.text());
        for (int i = Math.max(0, differsAt - BEFORE); i < differsAt; i++) {
            text.append("# ")
                    .append(name(i))
                    .append(" -> ")
                    .append(kernel.get(i))
                    .append('\n');
        }
        if (differs()) {
            text.append("# ").append(name(differsAt)).append(", kernel above model:\n");
            text.append(Observation.differences(at(kernel), at(model)));
        }
        return text.toString();
    }

    private String name(int step) {
        return step < program.steps().size() ? StepText.of(program.steps().get(step)) : "the end";
    }

    private Observation at(List<Observation> observations) {
        return differsAt < observations.size() ? observations.get(differsAt) : Observation.NONE;
    }
}
