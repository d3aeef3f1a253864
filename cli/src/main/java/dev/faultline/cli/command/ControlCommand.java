package dev.faultline.cli.command;

import dev.faultline.cli.attach.Limits;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.guest.kvm.control.VmmClient;
import dev.faultline.guest.kvm.control.VmmMonitor;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Tells a guest what to do. */
@Command(
        name = "control",
        description = "Tell a guest that no migration has attached to: pause, resume, quit or query.",
        mixinStandardHelpOptions = true)
public final class ControlCommand implements Callable<Integer> {
    /** What a guest can be told. */
    enum Action {
        /** Stop its vCPUs. */
        PAUSE,
        /** Let them run. */
        RESUME,
        /** End its process. */
        QUIT,
        /** Say how it is. */
        QUERY
    }

    /** Reads an action. */
    static final class ActionConverter implements ITypeConverter<Action> {
        @Override
        public Action convert(String value) {
            for (Action action : Action.values()) {
                if (EnumConverter.word(action).equals(value)) {
                    return action;
                }
            }
            throw new TypeConversionException(
                    "'" + value + "' is nothing that a guest can be told; there are pause, resume, quit and query");
        }
    }

    @Option(names = "--guest", paramLabel = "NAME", required = true, description = "Control name of the guest.")
    private String guest = "";

    @Parameters(
            paramLabel = "pause|resume|quit|query",
            converter = ActionConverter.class,
            description = "What to tell it.")
    private Action action = Action.QUERY;

    private ControlCommand() {}

    @Override
    public Integer call() {
        switch (action) {
            case PAUSE, RESUME -> change();
            case QUIT -> {
                try (VmmMonitor monitor = VmmMonitor.connect(guest, Limits.COMMAND_NANOS)) {
                    monitor.quit();
                }
            }
            case QUERY -> {
                try (VmmMonitor monitor = VmmMonitor.connect(guest, Limits.COMMAND_NANOS)) {
                    StatusText.print(monitor.query(), false);
                }
            }
        }
        return 0;
    }

    private void change() {
        try (VmmClient client = VmmClient.attach(guest, Limits.COMMAND_NANOS)) {
            if (action == Action.PAUSE) {
                client.pause();
            } else {
                client.resume();
            }
        }
    }
}
