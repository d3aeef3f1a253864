package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class CommandsTest {

    @Test
    void eachCommandIsNamedAsItCallsItself() {
        CommandLine program = program();
        Commands.addAll(program);
        assertThat(program.getSubcommands().keySet()).containsExactlyElementsOf(Commands.names());
        program.getSubcommands()
                .forEach((name, command) -> assertThat(name)
                        .isEqualTo(command.getCommand()
                                .getClass()
                                .getAnnotation(Command.class)
                                .name()));
    }

    @Test
    void aNamedCommandIsTheOnlyOneThatIsMade() {
        CommandLine program = program();
        Commands.add(program, "migrate", "--help");
        assertThat(program.getSubcommands()).containsOnlyKeys("migrate");
        CommandLine all = program();
        Commands.addAll(all);
        assertThat(migrate(program).getUsageMessage()).isEqualTo(migrate(all).getUsageMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--help", "-V"})
    void theHelpOfTheProgramIsTheSameWithoutTheOptionsOfItsCommands(String argument) {
        CommandLine outlined = program();
        Commands.add(outlined, argument.isEmpty() ? new String[0] : new String[] {argument});
        CommandLine all = program();
        Commands.addAll(all);
        assertThat(outlined.getUsageMessage()).contains("migrate").isEqualTo(all.getUsageMessage());
        assertThat(migrate(outlined).getCommandSpec().options()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"migrat", "@arguments", "--no-such-option", "write-manual"})
    void anythingElseNeedsAllCommands(String argument) {
        CommandLine program = program();
        Commands.add(program, argument);
        assertThat(migrate(program).getCommandSpec().options()).isNotEmpty();
    }

    private static CommandLine migrate(CommandLine program) {
        return Objects.requireNonNull(program.getSubcommands().get("migrate"));
    }

    private static CommandLine program() {
        return new CommandLine(new Program());
    }

    @Command(name = "program")
    private static final class Program {}
}
