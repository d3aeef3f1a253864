package dev.faultline.cli.operator;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.json.RecordJson;
import dev.faultline.cli.option.EnumConverter;
import dev.faultline.migration.Decision;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import dev.faultline.migration.source.SourceObserver;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Knows how a move is, and passes an operator's orders on. Safe for use by several threads. */
public final class MoveDesk implements SourceObserver {
    /** The word that asks how the move is. */
    public static final String STATUS = "status";
    /** Whether a request was followed. */
    public static final String OK = "ok";
    /** What to tell the operator. */
    public static final String MESSAGE = "message";
    /** How far the move is. */
    public static final String PROGRESS = "progress";
    /** What was decided last. */
    public static final String DECISION = "decision";

    private volatile @Nullable MigrationProgress progress;
    private volatile @Nullable Decision decision;
    private volatile @Nullable Function<OperatorOrder, OperatorAnswer> orders;

    /** Makes one for a move that has not begun. */
    public MoveDesk() {}

    @Override
    public void accept(MigrationProgress now) {
        progress = now;
    }

    @Override
    public void began(Function<OperatorOrder, OperatorAnswer> taker) {
        orders = taker;
    }

    @Override
    public void decided(Decision made) {
        decision = made;
    }

    /**
     * {@return the answer to a line}
     *
     * @param line what an operator wrote
     */
    ObjectNode answer(String line) {
        String word = line.startsWith("{")
                ? Json.parse(line)
                        .map(request -> request.path("execute").asString(""))
                        .orElse("")
                : line.strip();
        if (word.equals(STATUS)) {
            return status();
        }
        for (OperatorOrder order : OperatorOrder.values()) {
            if (EnumConverter.word(order).equals(word)) {
                return pass(order);
            }
        }
        return answer(false, "'" + word + "' is nothing that a move can be told; there are " + words());
    }

    private static String words() {
        return STATUS + ", "
                + Arrays.stream(OperatorOrder.values()).map(EnumConverter::word).collect(Collectors.joining(", "));
    }

    private ObjectNode pass(OperatorOrder order) {
        Function<OperatorOrder, OperatorAnswer> taker = orders;
        if (taker == null) {
            return answer(false, "the move has not begun");
        }
        OperatorAnswer given = taker.apply(order);
        return answer(given.accepted(), given.text());
    }

    private ObjectNode status() {
        MigrationProgress now = progress;
        Decision last = decision;
        ObjectNode answer = answer(true, now == null ? "connecting" : now.phase());
        if (now != null) {
            answer.set(PROGRESS, RecordJson.write(now));
        }
        if (last != null) {
            answer.set(DECISION, RecordJson.write(last));
        }
        return answer;
    }

    private static ObjectNode answer(boolean ok, String message) {
        return Json.object().put(OK, ok).put(MESSAGE, message);
    }
}
