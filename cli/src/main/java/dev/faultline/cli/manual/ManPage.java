package dev.faultline.cli.manual;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The man page of a command: what its {@code --help} says, for man(1). */
final class ManPage {
    private static final String SECTION = "SH";
    private static final String ITEM = "TP";

    private final CommandSpec command;
    private final String version;
    private final Roff page = new Roff();

    private ManPage(CommandSpec command, String version) {
        this.command = command;
        this.version = version;
    }

    /** {@return the page, as roff} */
    static String of(CommandSpec command, String version) {
        return new ManPage(command, version).write();
    }

    /** {@return the name of the page, which is that of the command with its words joined} */
    static String name(CommandSpec command) {
        return command.qualifiedName("-");
    }

    private String write() {
        List<String> description = lines(command.usageMessage().description());
        page.macro("TH", name(command).toUpperCase(Locale.ROOT), "1", "", version, "Faultline");
        page.macro(SECTION, "NAME");
        page.prose(name(command) + " - " + firstSentence(description));
        synopsis();
        page.macro(SECTION, "DESCRIPTION");
        description.forEach(line -> page.macro("PP").prose(line));
        arguments();
        options();
        commands();
        if (command.parent() == null) {
            Surroundings.write(page);
        } else {
            page.macro(SECTION, "SEE ALSO")
                    .bold(name(command.root()))
                    .words("(1)")
                    .line();
        }
        return page.toString();
    }

    private void synopsis() {
        page.macro(SECTION, "SYNOPSIS");
        String synopsis = new Help(command, Help.defaultColorScheme(Help.Ansi.OFF)).synopsis(0);
        String arguments = synopsis.strip()
                .replaceAll("\\s+", " ")
                .substring(command.qualifiedName().length());
        page.bold(command.qualifiedName()).words(arguments).line();
    }

    private void arguments() {
        List<PositionalParamSpec> arguments = command.positionalParameters();
        if (arguments.stream().allMatch(ArgSpec::hidden)) {
            return;
        }
        page.macro(SECTION, "ARGUMENTS");
        for (PositionalParamSpec argument : arguments) {
            if (!argument.hidden()) {
                page.macro(ITEM).italic(argument.paramLabel()).line();
                lines(argument.description()).forEach(page::prose);
            }
        }
    }

    private void options() {
        page.macro(SECTION, "OPTIONS");
        command.options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .forEach(this::option);
    }

    private void option(OptionSpec option) {
        page.macro(ITEM);
        String separator = "";
        for (String name : option.names()) {
            page.words(separator).bold(name);
            separator = ", ";
        }
        if (option.arity().max() > 0) {
            page.words("=").italic(option.paramLabel());
        }
        page.line();
        lines(option.description()).forEach(page::prose);
    }

    private void commands() {
        List<CommandSpec> commands = command.subcommands().values().stream()
                .map(line -> line.getCommandSpec())
                .filter(spec -> !spec.usageMessage().hidden())
                .toList();
        if (!commands.isEmpty()) {
            page.macro(SECTION, "COMMANDS");
        }
        for (CommandSpec spec : commands) {
            page.macro(ITEM).bold(name(spec)).words("(1)").line();
            page.prose(firstSentence(lines(spec.usageMessage().description())));
        }
    }

    /** {@return what picocli would print by a format string, but for its markup, which is not used here} */
    private static List<String> lines(String[] description) {
        return List.of(String.join("\n", description)
                .replace("%n", "\n")
                .replace("%%", "%")
                .split("\n"));
    }

    private static String firstSentence(List<String> lines) {
        String first = lines.getFirst();
        int colon = first.indexOf(": ");
        String sentence = colon > 0 ? first.substring(0, colon) : first;
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }
}
