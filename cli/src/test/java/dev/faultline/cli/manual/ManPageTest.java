package dev.faultline.cli.manual;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class ManPageTest {

    @Command(
            name = "move",
            description = {"Move it: now, or later.", "'quoted' at the beginning."},
            mixinStandardHelpOptions = true)
    @SuppressWarnings("UnusedVariable") // picocli reads their annotations
    private static final class Move {
        @Option(
                names = {"-t", "--to"},
                paramLabel = "HOST",
                required = true,
                defaultValue = "here",
                description = "Where to (default: ${DEFAULT-VALUE}).")
        private String to = "";

        @Option(names = "--break", hidden = true, description = "For tests.")
        private boolean broken;

        @Parameters(paramLabel = "GUEST", description = ".hidden and back\\slash")
        private String guest = "";
    }

    @Command(name = "tool", description = "A tool.", subcommands = Move.class)
    private static final class Tool {}

    private final CommandLine tool = new CommandLine(new Tool());
    private final CommandSpec move =
            Objects.requireNonNull(tool.getSubcommands().get("move")).getCommandSpec();

    @Test
    void aPageSaysWhatTheHelpSays() {
        String page = ManPage.of(move, "tool 1.0");
        assertThat(page.lines())
                .containsSubsequence(
                        ".TH \"TOOL\\-MOVE\" \"1\" \"\" \"tool 1.0\" \"Faultline\"",
                        ".SH \"NAME\"",
                        "tool\\-move \\- Move it",
                        ".SH \"SYNOPSIS\"",
                        ".SH \"DESCRIPTION\"",
                        "Move it: now, or later.",
                        "\\&'quoted' at the beginning.",
                        ".SH \"ARGUMENTS\"",
                        "\\fIGUEST\\fR",
                        "\\&.hidden and back\\eslash",
                        ".SH \"OPTIONS\"",
                        "\\fB\\-t\\fR, \\fB\\-\\-to\\fR=\\fIHOST\\fR",
                        "Where to (default: here).",
                        "\\fBtool\\fR(1)");
        assertThat(page).doesNotContain("break");
    }

    @Test
    void theSynopsisIsOneLineWithoutHiddenOptions() {
        String page = ManPage.of(move, "tool 1.0");
        assertThat(page).containsPattern("\n\\\\fBtool move\\\\fR \\[.*\\\\-t=HOST.*GUEST\n");
    }

    @Test
    void thePageOfTheProgramListsItsCommands() {
        String page = ManPage.of(tool.getCommandSpec(), "tool 1.0");
        assertThat(page.lines()).containsSubsequence(".SH \"COMMANDS\"", "\\fBtool\\-move\\fR(1)", "Move it");
        assertThat(page).contains(".SH \"EXIT STATUS\"", ".SH \"ENVIRONMENT\"");
    }
}
