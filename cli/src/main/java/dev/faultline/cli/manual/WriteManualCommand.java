package dev.faultline.cli.manual;

import dev.faultline.cli.process.OperatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes what a package has beside the program. */
@Command(
        name = "write-manual",
        description = "Write the man pages, and the completions for bash and zsh, as they lie in a directory 'share'.",
        hidden = true,
        mixinStandardHelpOptions = true)
public final class WriteManualCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIRECTORY", description = "Where to; made if it is not there.")
    private Path directory = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private WriteManualCommand() {}

    @Override
    public Integer call() throws OperatorException {
        try {
            write(spec.root(), directory);
        } catch (IOException e) {
            throw new OperatorException(
                    "The manual cannot be written to " + directory + " (" + e.getMessage()
                            + "); name another directory",
                    e);
        }
        return 0;
    }

    /** Writes a page for the program and each of its commands, and one completion for all of them. */
    static void write(CommandSpec program, Path directory) throws IOException {
        Path pages = Files.createDirectories(directory.resolve("man/man1"));
        String version = String.join(" ", program.version());
        page(program, version, pages);
        for (CommandLine command : program.subcommands().values()) {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                page(command.getCommandSpec(), version, pages);
            }
        }
        Path completions = Files.createDirectories(directory.resolve("bash-completion/completions"));
        Files.writeString(
                completions.resolve(program.name()), AutoComplete.bash(program.name(), program.commandLine()));
    }

    private static void page(CommandSpec command, String version, Path pages) throws IOException {
        Files.writeString(pages.resolve(ManPage.name(command) + ".1"), ManPage.of(command, version));
    }
}
