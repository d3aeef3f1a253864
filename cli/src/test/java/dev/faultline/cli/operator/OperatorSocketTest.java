package dev.faultline.cli.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.cli.process.OperatorException;
import dev.faultline.migration.Decision;
import dev.faultline.migration.Decision.Step;
import dev.faultline.migration.MigrationProgress;
import dev.faultline.migration.OperatorAnswer;
import dev.faultline.migration.OperatorOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class OperatorSocketTest {
    @TempDir
    private Path directory;

    private final MoveDesk desk = new MoveDesk();
    private final List<OperatorOrder> orders = new CopyOnWriteArrayList<>();

    private String path() {
        return directory.resolve("move.ctl").toString();
    }

    private void begin() {
        desk.began(order -> {
            orders.add(order);
            return new OperatorAnswer(order != OperatorOrder.CANCEL, order + " was heard");
        });
    }

    @Test
    void wordsAndObjectsAreOrders() throws OperatorException {
        begin();
        try (OperatorSocket _ = OperatorSocket.open(path(), desk)) {
            ObjectNode switchOver = OperatorClient.ask(path(), "switch-over");
            assertThat(switchOver.path("ok").asBoolean(false)).isTrue();
            assertThat(switchOver.path("message").asString()).isEqualTo("SWITCH_OVER was heard");
            assertThat(OperatorClient.ask(path(), "{\"execute\": \"cancel\"}")
                            .path("ok")
                            .asBoolean(true))
                    .isFalse();
        }
        assertThat(orders).containsExactly(OperatorOrder.SWITCH_OVER, OperatorOrder.CANCEL);
        assertThat(Files.exists(Path.of(path()))).isFalse();
    }

    @Test
    void whatIsNoOrderIsRefusedInWords() throws OperatorException {
        begin();
        try (OperatorSocket _ = OperatorSocket.open(path(), desk)) {
            for (String wrong : List.of("", "stop", "{", "{}", "{\"execute\": 7}", "status status")) {
                ObjectNode answer = OperatorClient.ask(path(), wrong);
                assertThat(answer.path("ok").asBoolean(true)).isFalse();
                assertThat(answer.path("message").asString())
                        .endsWith("there are status, switch-over, pause, resume, cancel");
            }
        }
        assertThat(orders).isEmpty();
    }

    @Test
    void theStatusIsTheLatestProgressAndDecision() throws OperatorException {
        try (OperatorSocket _ = OperatorSocket.open(path(), desk)) {
            assertThat(OperatorClient.ask(path(), "status").path("message").asString())
                    .isEqualTo("connecting");
            desk.accept(new MigrationProgress("pre-copy", 2, 3, 0, 5, 6));
            desk.decided(new Decision(Step.GO_ON, 1, 0, 2, 3, 4, 5, 6, "another round pays"));
            ObjectNode status = OperatorClient.ask(path(), "status");
            assertThat(status.at("/progress/round").asInt()).isEqualTo(2);
            assertThat(status.at("/decision/reason").asString()).isEqualTo("another round pays");
            assertThat(OperatorClient.ask(path(), "cancel").path("message").asString())
                    .isEqualTo("the move has not begun");
        }
    }

    @Test
    void aNameThatIsTakenIsSaid() throws OperatorException {
        try (OperatorSocket _ = OperatorSocket.open(path(), desk)) {
            assertThatExceptionOfType(OperatorException.class)
                    .isThrownBy(() -> OperatorSocket.open(path(), desk))
                    .withMessageContaining("cannot be opened");
        }
    }

    @Test
    void nobodyThereIsSaid() {
        assertThatExceptionOfType(OperatorException.class)
                .isThrownBy(() -> OperatorClient.ask(path(), "status"))
                .withMessageContaining("There is no move at");
    }
}
