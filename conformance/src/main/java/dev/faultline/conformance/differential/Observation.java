package dev.faultline.conformance.differential;

/**
 * What can be seen after a step. Addresses are in pages from the program's base, threads are told by their place, so that
 * the kernel's and the model's can be equal.
 *
 * @param result what the step gave
 * @param threads how far each thread is
 * @param backlog the messages of each open userfaultfd that are unread, and those that are not resolved
 * @param pages what the page table holds
 * @param file which pages the file holds, and their first bytes
 * @param mappings the mappings and their flags, after steps that may have changed them
 */
record Observation(String result, String threads, String backlog, String pages, String file, String mappings) {
    /** That a run has ended before. */
    static final Observation NONE = new Observation("nothing", "", "", "", "", "");

    private static final String FAILED = "failed: ";

    /** {@return that the subject did what no subject should: it hangs, its process has died} */
    static Observation failed(RuntimeException failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new Observation(FAILED + cause.getMessage(), "", "", "", "", "");
    }

    /** {@return whether the subject says that the step would never end} */
    boolean isEndless() {
        return result.startsWith(FAILED) && result.endsWith("for ever");
    }

    /** {@return whether the step had nothing to do} */
    boolean isIdle() {
        return Performer.IDLE.contains(result);
    }

    /** {@return the parts in which two of them differ, or all if they do not} */
    static String differences(Observation first, Observation second) {
        StringBuilder text = new StringBuilder();
        add(text, "result", first.result, second.result);
        add(text, "threads", first.threads, second.threads);
        add(text, "backlog", first.backlog, second.backlog);
        add(text, "pages", first.pages, second.pages);
        add(text, "file", first.file, second.file);
        add(text, "mappings", first.mappings, second.mappings);
        return text.toString();
    }

    private static void add(StringBuilder text, String name, String first, String second) {
        if (!first.equals(second)) {
            text.append(String.format("# %-9s %s%n# %9s %s%n", name, first, "", second));
        }
    }

    @Override
    public String toString() {
        return result + " | " + threads + " | " + backlog + " | " + pages + " | " + file + " | " + mappings;
    }
}
