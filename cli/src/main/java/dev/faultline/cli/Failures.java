package dev.faultline.cli;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.cli.text.Sentence;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.os.LinuxException;
import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Tells the operator in one sentence what went wrong; {@code FAULTLINE_DEBUG=1} adds where. */
final class Failures {
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;

    private Failures() {}

    static int report(Exception failure, CommandLine command, ParseResult result) {
        System.err.println(sentence(failure));
        debug(failure, System.err);
        return FAILED;
    }

    static int reportUsage(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        String help = " Run '" + command.getCommandSpec().qualifiedName() + " --help'.";
        System.err.println(Sentence.of(String.valueOf(failure.getMessage())) + help);
        debug(failure, System.err);
        return WRONG_USE;
    }

    private static String sentence(Exception failure) {
        boolean foreseen = failure instanceof OperatorException
                || failure instanceof MigrationException
                || failure instanceof GuestException
                || failure instanceof LinuxException;
        return foreseen
                ? Sentence.of(String.valueOf(failure.getMessage()))
                : Sentence.of("This is a fault in Faultline itself (" + failure
                        + "); FAULTLINE_DEBUG=1 shows where it happened");
    }

    private static void debug(Exception failure, PrintStream err) {
        if ("1".equals(System.getenv("FAULTLINE_DEBUG"))) {
            failure.printStackTrace(err);
        }
    }
}
