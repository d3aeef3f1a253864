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
import dev.faultline.cli.manual.WriteManualCommand;
import dev.faultline.cli.rate.DirtyRateCommand;
import dev.faultline.cli.simulation.SimulateCommand;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The commands by their names. picocli reads every annotated field of a command when it is added, which for all of them
 * takes longer than the JVM's own start: so only those are added whose options somebody looks at.
 */
final class Commands {
    private static final Set<String> ABOUT_THE_PROGRAM = Set.of("--help", "-h", "--version", "-V");

    private static final Map<String, Class<?>> ALL = all();

    private Commands() {}

    private static Map<String, Class<?>> all() {
        Map<String, Class<?>> all = new LinkedHashMap<>();
        all.put("demo", DemoCommand.class);
        all.put("doctor", DoctorCommand.class);
        all.put("guest", GuestCommand.class);
        all.put("receive", ReceiveCommand.class);
        all.put("migrate", MigrateCommand.class);
        all.put("migration", MigrationCommand.class);
        all.put("resume", ResumeCommand.class);
        all.put("status", StatusCommand.class);
        all.put("control", ControlCommand.class);
        all.put("dirty-rate", DirtyRateCommand.class);
        all.put("conformance", ConformanceCommand.class);
        all.put("differential", DifferentialCommand.class);
        all.put("simulate", SimulateCommand.class);
        all.put("write-manual", WriteManualCommand.class);
        return Collections.unmodifiableMap(all);
    }

    static Set<String> names() {
        return ALL.keySet();
    }

    /** Adds what a command line needs: the command that it begins with, or what there is to say of each; or all of them. */
    static void add(CommandLine program, String... args) {
        Class<?> command = args.length == 0 ? null : ALL.get(args[0]);
        if (command == WriteManualCommand.class) {
            addAll(program);
        } else if (command != null) {
            program.addSubcommand(args[0], command);
        } else if (args.length == 0 || ABOUT_THE_PROGRAM.contains(args[0])) {
            ALL.forEach((name, each) -> program.addSubcommand(name, outline(each)));
        } else {
            addAll(program);
        }
    }

    /** Adds every command with all of its options. */
    static void addAll(CommandLine program) {
        ALL.forEach(program::addSubcommand);
    }

    /** {@return what the help of the program says of a command} */
    private static CommandSpec outline(Class<?> type) {
        Command command = type.getAnnotation(Command.class);
        CommandSpec outline = CommandSpec.create();
        outline.usageMessage().description(command.description()).hidden(command.hidden());
        return outline;
    }
}
