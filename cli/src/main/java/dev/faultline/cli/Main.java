package dev.faultline.cli;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Entry point of the {@code faultline} command. */
@Command(
        name = "faultline",
        description = "Live migration of running guests over userfaultfd.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        CommandLine program = program();
        Commands.add(program, args);
        System.exit(configure(program).execute(args));
    }

    /** {@return the program with all of its commands} */
    static CommandLine commandLine() {
        CommandLine program = program();
        Commands.addAll(program);
        return configure(program);
    }

    private static CommandLine program() {
        return new CommandLine(new Main());
    }

    /** Also what its commands take over, so after they have been added. */
    private static CommandLine configure(CommandLine program) {
        return program.setExecutionExceptionHandler(Failures::report)
                .setParameterExceptionHandler(Failures::reportUsage)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** Reads the version that the build wrote into the module descriptor. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(Main.class.getModule().getDescriptor())
                    .flatMap(ModuleDescriptor::rawVersion)
                    .orElse("unknown");
            return new String[] {"faultline " + version};
        }
    }
}
