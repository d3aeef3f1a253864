package dev.faultline.cli;

import dev.faultline.cli.command.ControlCommand;
import dev.faultline.cli.command.GuestCommand;
import dev.faultline.cli.command.MigrateCommand;
import dev.faultline.cli.command.MigrationCommand;
import dev.faultline.cli.command.ReceiveCommand;
import dev.faultline.cli.command.ResumeCommand;
import dev.faultline.cli.command.StatusCommand;
import dev.faultline.cli.conformance.ConformanceCommand;
import dev.faultline.cli.demo.DemoCommand;
import dev.faultline.cli.differential.DifferentialCommand;
import dev.faultline.cli.doctor.DoctorCommand;
import dev.faultline.cli.rate.DirtyRateCommand;
import dev.faultline.cli.simulation.SimulateCommand;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Entry point of the {@code faultline} command. */
@Command(
        name = "faultline",
        description = "Live migration of running guests over userfaultfd.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            DemoCommand.class,
            DoctorCommand.class,
            GuestCommand.class,
            ReceiveCommand.class,
            MigrateCommand.class,
            MigrationCommand.class,
            ResumeCommand.class,
            StatusCommand.class,
            ControlCommand.class,
            DirtyRateCommand.class,
            ConformanceCommand.class,
            DifferentialCommand.class,
            SimulateCommand.class
        })
public final class Main implements Runnable {

    private Main() {}

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(Failures::report)
                .setParameterExceptionHandler(Failures::reportUsage)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
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
