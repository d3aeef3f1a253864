package dev.faultline.guest.qemu.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.ipc.LineReader;
import dev.faultline.uffd.ipc.UnixListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A QMP server that answers late, wrongly, or not at all. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QmpClientTest {
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static String failure(Runnable action) {
        List<String> message = new ArrayList<>();
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(action::run)
                .satisfies(e -> message.add(e.getMessage()));
        assertThat(message.getFirst()).doesNotContain("\n");
        return message.getFirst();
    }

    @Test
    void commandsAreAnsweredWithEventsInBetween() {
        try (FakeQemu qemu = new FakeQemu((fake, command, id) -> {
                    fake.event("STOP", "{}");
                    fake.give(id - 1, "{\"late\": true}");
                    fake.event("MIGRATION", "{\"status\": \"" + command + "\"}");
                    fake.give(id, "{\"asked\": \"" + command + "\"}");
                });
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            long mark = client.eventMark();
            assertThat(client.execute("query-status").path("asked").asString(""))
                    .isEqualTo("query-status");
            QmpEvent event = client.awaitEvent(mark, e -> e.name().equals("MIGRATION"), LIMIT_NANOS)
                    .orElseThrow();
            assertThat(event.data().path("status").asString("")).isEqualTo("query-status");
            assertThat(event.timeMicros()).isEqualTo(1795404838_037228L);
            assertThat(client.awaitEvent(event.number(), _ -> true, SHORT_NANOS))
                    .isEmpty();
            assertThat(client.awaitEvent(mark, _ -> true, 0))
                    .hasValueSatisfying(first -> assertThat(first.name()).isEqualTo("STOP"));
        }
    }

    @Test
    void aRefusalIsShownInQmpsOwnWords() {
        String error =
                "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command x has not been found\"}, \"id\": ";
        try (FakeQemu qemu = new FakeQemu((fake, _, id) -> fake.say(error + id + "}\n"));
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            assertThat(failure(() -> client.execute("x")))
                    .isEqualTo("QEMU refused 'x': The command x has not been found (CommandNotFound)");
            QmpReply reply = client.ask("x", Json.object(), List.of());
            assertThat(reply.isRefused()).isTrue();
            assertThat(reply.errorClass()).isEqualTo("CommandNotFound");
        }
    }

    /** A thousand of them are remembered: they must not be as long as their sender likes. */
    @Test
    void anEventOfExcessiveLengthIsForgotten() {
        String big = "{\"padding\": \"" + "x".repeat(100_000) + "\"}";
        try (FakeQemu qemu = new FakeQemu((fake, _, id) -> {
                    fake.event("BIG", big);
                    fake.event("STOP", "{}");
                    fake.give(id, "{}");
                });
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            client.execute("query-status");
            assertThat(client.awaitEvent(0, _ -> true, LIMIT_NANOS))
                    .hasValueSatisfying(first -> assertThat(first.name()).isEqualTo("STOP"));
        }
    }

    /** Two megabytes of text would become a hundred of objects. */
    @Test
    void anAnswerOfExcessivelyManyPartsIsRefused() {
        String parts = "[" + "1,".repeat(1 << 20) + "1]";
        try (FakeQemu qemu = new FakeQemu((fake, _, id) -> fake.give(id, parts));
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            assertThat(failure(() -> client.execute("x"))).contains("in a way that cannot be understood: ");
        }
    }

    @Test
    void anErrorWithoutANumberAnswersWhatIsAsked() {
        String error = "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}\n";
        try (FakeQemu qemu = new FakeQemu((fake, _, _) -> fake.say(error));
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            assertThat(failure(() -> client.execute("x"))).contains("JSON parse error");
        }
    }

    @Test
    void aLateAnswerHarmsNobody() {
        CountDownLatch go = new CountDownLatch(1);
        try (FakeQemu qemu = new FakeQemu((fake, command, id) -> {
                    if (command.equals("slow")) {
                        await(go);
                    }
                    fake.give(id, "\"" + command + "\"");
                });
                QmpClient client = QmpClient.connect(qemu.name, SHORT_NANOS)) {
            assertThat(failure(() -> client.execute("slow")))
                    .startsWith("QEMU does not answer: 'slow'")
                    .endsWith("took more than 0.300 s");
            go.countDown();
            assertThat(client.execute("quick").asString("")).isEqualTo("quick");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theConnectionEndsBetweenCommandAndAnswer() {
        try (FakeQemu qemu = new FakeQemu((fake, _, _) -> fake.hangUp());
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            assertThat(failure(() -> client.execute("quit")))
                    .isEqualTo("QEMU has closed its QMP connection: it has ended, or is about to (before it answered"
                            + " 'quit')");
            assertThat(client.hasEnded()).isTrue();
            assertThat(failure(() -> client.execute("again"))).contains("closed its QMP connection");
            assertThat(client.awaitEvent(0, _ -> true, LIMIT_NANOS)).isEqualTo(Optional.empty());
        }
    }

    @Test
    void closingEndsTheWaitForAnAnswer() {
        CountDownLatch asked = new CountDownLatch(1);
        try (FakeQemu qemu = new FakeQemu((_, _, _) -> asked.countDown());
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            Thread.ofPlatform().daemon().start(() -> closeAfter(asked, client));
            assertThat(failure(() -> client.execute("x"))).startsWith("The QMP connection was closed");
        }
    }

    private static void closeAfter(CountDownLatch latch, QmpClient client) {
        await(latch);
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "[1, 2]", "{\"id\": 2}", "{\"return\": {", "{\"return\": NaN, \"id\": 2}"})
    void garbageIsNoAnswer(String line) {
        try (FakeQemu qemu = new FakeQemu((fake, _, _) -> fake.say(line + "\n"));
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            assertThat(failure(() -> client.execute("x"))).contains("asked for 'x', answered in a way that cannot be");
        }
    }

    @Test
    void aLineWithoutAnEndIsNotKept() {
        try (FakeQemu qemu = new FakeQemu((fake, command, id) -> {
                    if (command.equals("long")) {
                        fake.say("{\"return\": \"" + "x".repeat(LineReader.MAX_LINE_BYTES) + "\"}\n");
                    } else {
                        fake.give(id, "1");
                    }
                });
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            assertThat(failure(() -> client.execute("long"))).contains("sent a line of more than 16777216 bytes");
            assertThat(client.execute("short").asInt(0)).isEqualTo(1);
        }
    }

    @Test
    void longAnswersAreRead() {
        try (FakeQemu qemu = new FakeQemu((fake, _, id) -> fake.give(id, "\"" + "y".repeat(1 << 20) + "\""));
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            assertThat(client.execute("x").asString("")).hasSize(1 << 20);
        }
    }

    @Test
    void nobodyListensOrGreetsOrItIsNoQmp() {
        assertThat(failure(() -> QmpClient.connect("/nowhere/qmp", SHORT_NANOS)))
                .isEqualTo("There is no QEMU at '/nowhere/qmp': there is no such socket");
        assertThat(failure(() -> QmpClient.connect("@nobody-listens-here", SHORT_NANOS)))
                .contains("nobody listens there");
        assertThat(failure(() -> QmpClient.connect("x".repeat(200), SHORT_NANOS)))
                .contains("107 bytes");
        String name = "@faultline-qmp-silent-" + ProcessHandle.current().pid();
        try (UnixListener _ = UnixListener.listen(name)) {
            assertThat(failure(() -> QmpClient.connect(name, SHORT_NANOS)))
                    .contains("No greeting came", "in 0.300 s", "another client holds this QMP socket");
        }
    }

    @Test
    void eventsAreRememberedUpToALimit() {
        try (FakeQemu qemu = new FakeQemu((fake, _, id) -> {
                    for (int i = 0; i < 2000; i++) {
                        fake.event("E" + i, "{}");
                    }
                    fake.give(id, "1");
                });
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            client.execute("x");
            assertThat(client.eventMark()).isEqualTo(2000);
            assertThat(client.awaitEvent(0, e -> e.name().equals("E975"), 0)).isEmpty();
            assertThat(client.awaitEvent(0, e -> e.name().equals("E976"), 0)).isPresent();
        }
    }
}
