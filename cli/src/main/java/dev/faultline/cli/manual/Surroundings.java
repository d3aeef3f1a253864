package dev.faultline.cli.manual;

/** What is the same for all commands: how they end, and what they take from the environment. */
final class Surroundings {
    private Surroundings() {}

    static void write(Roff page) {
        page.macro("SH", "EXIT STATUS");
        item(page, "0", "What was asked for was done.");
        item(page, "1", "It was not: one sentence on standard error says why.");
        item(page, "2", "The command line was wrong.");
        page.macro("SH", "ENVIRONMENT");
        item(page, "FAULTLINE_JAVA_OPTS", "More options for the Java virtual machine.");
        item(page, "FAULTLINE_DEBUG", "If it is 1, a failure says where in the program it happened.");
    }

    private static void item(Roff page, String name, String text) {
        page.macro("TP").bold(name).line();
        page.prose(text);
    }
}
