package dev.faultline.cli.command;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.cli.operator.MoveDesk;
import dev.faultline.cli.operator.OperatorClient;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.Decision;
import dev.faultline.migration.MigrationProgress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.node.ObjectNode;

/** Looks after a move. */
@Command(
        name = "migration",
        description = {
            "Look after a move while 'migrate' runs: show how it is (status), hand over now (switch-over: hybrid cuts its"
                    + " round short, precopy ends it first), send nothing for a while (pause, resume), or give it up and let"
                    + " the guest go on here (cancel; until the destination was told to run it)."
        },
        mixinStandardHelpOptions = true)
public final class MigrationCommand implements Callable<Integer> {
    /** What a move can be told. */
    enum Action {
        /** How is it? */
        STATUS,
        /** Hand over now. */
        SWITCH_OVER,
        /** Send nothing. */
        PAUSE,
        /** Send again. */
        RESUME,
        /** Give it up. */
        CANCEL
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
            throw new TypeConversionException("'" + value
                    + "' is nothing that a move can be told; there are status, switch-over, pause, resume and cancel");
        }
    }

    @Parameters(index = "0", paramLabel = "PATH", description = "The move's control socket, as 'migrate' printed it.")
    private String path = "";

    @Parameters(
            index = "1",
            paramLabel = "status|switch-over|pause|resume|cancel",
            converter = ActionConverter.class,
            description = "What to tell it.")
    private Action action = Action.STATUS;

    @Option(names = "--json", description = "Print the answer as one JSON object.")
    private boolean json;

    private MigrationCommand() {}

    @Override
    public Integer call() throws OperatorException {
        ObjectNode answer = OperatorClient.ask(path, EnumConverter.word(action));
        String message = answer.path(MoveDesk.MESSAGE).asString("no reason given");
        if (json) {
            System.out.println(Json.line(answer));
        }
        if (!answer.path(MoveDesk.OK).asBoolean(false)) {
            throw new OperatorException("The move refused '" + EnumConverter.word(action) + "': " + message);
        }
        if (!json) {
            print(answer, message);
        }
        return 0;
    }

    private static void print(ObjectNode answer, String message) {
        if (!answer.has(MoveDesk.PROGRESS)) {
            System.out.println(message);
            return;
        }
        ProgressText text = new ProgressText();
        text.update(RecordJson.read(answer.path(MoveDesk.PROGRESS), MigrationProgress.class));
        System.out.println(text.line());
        if (answer.has(MoveDesk.DECISION)) {
            System.out.println(DecisionText.line(RecordJson.read(answer.path(MoveDesk.DECISION), Decision.class)));
        }
    }
}
