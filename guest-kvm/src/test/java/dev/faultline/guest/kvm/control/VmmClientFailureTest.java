package dev.faultline.guest.kvm.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest's process that hangs, ends, or answers what it should not. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VmmClientFailureTest {
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final String GREETING = "{\"faultline\":{}}\n";

    private final String name = ServerFixture.freshName();

    /** Runs it, and returns the message of the exception that it ends with. */
    private static String failure(ThrowingCallable action) {
        List<String> message = new ArrayList<>();
        assertThatExceptionOfType(GuestException.class).isThrownBy(action).satisfies(e -> message.add(e.getMessage()));
        assertThat(message.getFirst()).doesNotContain("\n");
        return message.getFirst();
    }

    private static void say(UnixConnection connection, String text, Fd... fds) {
        connection.send(text.getBytes(StandardCharsets.UTF_8), List.of(fds));
    }

    @Test
    void nobodyListens() {
        assertThat(failure(() -> VmmClient.attach(name, SHORT_NANOS)))
                .isEqualTo("There is no guest at '" + name + "': no guest process listens there");
        assertThat(failure(() -> VmmMonitor.connect("/nowhere/socket", SHORT_NANOS)))
                .contains("no guest process listens there");
        assertThat(failure(() -> VmmMonitor.connect("@" + "x".repeat(200), SHORT_NANOS)))
                .contains("107 bytes");
    }

    @Test
    void theProcessNeverGreets() {
        try (UnixListener _ = UnixListener.listen(name)) {
            assertThat(failure(() -> VmmClient.attach(name, SHORT_NANOS)))
                    .isEqualTo("The guest at '" + name + "' did not answer 'greet' in 0.200 s");
        }
    }

    @Test
    void theProcessNeverAccepts() {
        List<UnixConnection> backlog = new ArrayList<>();
        try (UnixListener _ = UnixListener.listen(name)) {
            for (int i = 0; i < 17; i++) {
                backlog.add(UnixConnection.connect(name));
            }
            assertThat(failure(() -> VmmClient.attach(name, SHORT_NANOS)))
                    .contains("accepted no connection in 0.200 s");
        } finally {
            backlog.forEach(UnixConnection::close);
        }
    }

    @Test
    void theProcessNeverReads() {
        try (Memfd file = Memfd.create("two-pages", 8192, PageSize.SIZE_4K);
                FakeServer _ = new FakeServer(name, connection -> attachable(connection, file));
                VmmClient client = VmmClient.attach(name, SECOND_NANOS)) {
            assertThat(failure(() -> client.loadDeviceState(new byte[Commands.MAX_STATE_BYTES])))
                    .endsWith("did not answer 'load-state' in 1.00 s");
            assertThat(failure(client::resume)).endsWith("was closed"); // half a line is no beginning for another
        }
    }

    @Test
    void theProcessIsSomethingElse() {
        try (FakeServer _ = new FakeServer(name, connection -> say(connection, "{\"QMP\":{}}\n"))) {
            assertThat(failure(() -> VmmMonitor.connect(name, LIMIT_NANOS)))
                    .isEqualTo("What listens at '" + name + "' is no Faultline guest");
        }
    }

    @Test
    void theConnectionIsRefused() {
        String refusal = "{\"error\":{\"class\":\"Forbidden\",\"desc\":\"only root and user 5 may\"}}\n";
        try (FakeServer _ = new FakeServer(name, connection -> say(connection, refusal))) {
            assertThat(failure(() -> VmmMonitor.connect(name, LIMIT_NANOS))).endsWith("only root and user 5 may");
        }
    }

    @Test
    void aCommandHangsAndItsLateAnswerHarmsNobody() {
        CountDownLatch go = new CountDownLatch(1);
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                VmmClient client = VmmClient.attach(fixture.name, SECOND_NANOS)) {
            fixture.machine.inPause = () -> ControlServerTest.awaitLatch(go);
            assertThat(failure(client::pause)).endsWith("did not answer 'pause' in 1.00 s");
            assertThat(client.state()).isEqualTo(GuestState.RUNNING);
            assertThat(failure(fixture::attach)).contains("is attached"); // the claim stays
            go.countDown();
            client.pause();
            assertThat(client.saveDeviceState()).containsExactly(1, 2, 3);
        } finally {
            go.countDown();
        }
    }

    @Test
    void theProcessEnds() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                VmmClient client = fixture.attach()) {
            fixture.server.close();
            assertThat(failure(client::pause)).contains("closed its connection before it answered 'pause'");
            assertThat(failure(client::query)).contains("closed its connection");
        }
    }

    @Test
    void theProcessEndsBetweenCommandAndAnswer() {
        try (FakeServer _ = new FakeServer(name, connection -> {
            say(connection, GREETING);
            assertThat(connection.receive(new byte[4096], new ArrayList<>(), LIMIT_NANOS))
                    .isPositive();
            connection.close();
        })) {
            assertThat(failure(() -> VmmMonitor.connect(name, LIMIT_NANOS).query()))
                    .contains("closed its connection before it answered 'query'");
        }
    }

    @Test
    void theClientIsClosedUnderACommand() {
        CountDownLatch go = new CountDownLatch(1);
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING)) {
            VmmClient client = fixture.attach();
            fixture.machine.inPause = () -> {
                Thread.ofPlatform().start(client::close);
                ControlServerTest.awaitLatch(go);
            };
            assertThat(failure(client::pause))
                    .isEqualTo("The connection to the guest at '" + fixture.name + "' was closed");
            client.close();
            assertThat(failure(client::resume)).endsWith("was closed");
        } finally {
            go.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "{\"id\":1}",
                "{\"return\":5,\"id\":1}",
                "{\"return\":{},\"id\":1}",
                "{\"return\":{\"state\":\"DANCING\"},\"id\":1}"
            })
    void theAnswerMakesNoSense(String answer) {
        try (FakeServer _ = new FakeServer(name, connection -> say(connection, GREETING + answer + "\n"));
                VmmMonitor monitor = VmmMonitor.connect(name, LIMIT_NANOS)) {
            assertThat(failure(monitor::query)).contains("answered 'query' in a way that cannot be understood");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"id\":1,\"address\":2097152,\"lengthBytes\":8192,\"pageSizeBytes\":4096,\"name\":\"a\"}",
                "{\"id\":0,\"address\":2097153,\"lengthBytes\":8192,\"pageSizeBytes\":4096,\"name\":\"a\"}",
                "{\"id\":0,\"address\":-4096,\"lengthBytes\":8192,\"pageSizeBytes\":4096,\"name\":\"a\"}",
                "{\"id\":0,\"address\":4096,\"lengthBytes\":9223372036854771712,\"pageSizeBytes\":4096,\"name\":\"a\"}",
                "{\"id\":0,\"address\":2097152,\"lengthBytes\":16384,\"pageSizeBytes\":4096,\"name\":\"a\"}",
                "{\"id\":0,\"address\":2097152,\"lengthBytes\":0,\"pageSizeBytes\":4096,\"name\":\"a\"}",
                "{\"id\":0,\"address\":2097152,\"lengthBytes\":8192,\"pageSizeBytes\":8192,\"name\":\"a\"}",
                "{\"id\":0,\"address\":2097152,\"lengthBytes\":8192,\"pageSizeBytes\":4096}",
                "{\"id\":0,\"address\":2097152,\"lengthBytes\":8192,\"pageSizeBytes\":4096,\"name\":\"a\"},"
                        + "{\"id\":1,\"address\":2101248,\"lengthBytes\":8192,\"pageSizeBytes\":4096,\"name\":\"b\"}"
            })
    void theRegionsAreImpossible(String regions) {
        String answer = "{\"return\":{\"regions\":[" + regions + "]},\"id\":1}\n";
        int fds = regions.contains("\"b\"") ? 4 : 3;
        try (Memfd file = Memfd.create("two-pages", 8192, PageSize.SIZE_4K);
                FakeServer _ = new FakeServer(name, connection -> {
                    say(connection, GREETING);
                    Fd[] sent = new Fd[fds];
                    Arrays.fill(sent, file.fd());
                    say(connection, answer, sent);
                })) {
            assertThat(failure(() -> VmmClient.attach(name, LIMIT_NANOS)))
                    .contains("answered 'attach' in a way that cannot be understood");
        }
    }

    @Test
    void theRegionsArePossible() {
        try (Memfd file = Memfd.create("two-pages", 8192, PageSize.SIZE_4K);
                FakeServer _ = new FakeServer(name, connection -> attachable(connection, file));
                VmmClient client = VmmClient.attach(name, LIMIT_NANOS)) {
            assertThat(client.regions()).hasSize(1);
        }
    }

    /** Answers, in advance, the one command that attaches. */
    private static void attachable(UnixConnection connection, Memfd file) {
        String region = "{\"id\":0,\"address\":2097152,\"lengthBytes\":8192,\"pageSizeBytes\":4096,\"name\":\"a\"}";
        say(connection, GREETING);
        say(connection, "{\"return\":{\"regions\":[" + region + "]},\"id\":1}\n", file.fd(), file.fd(), file.fd());
    }
}
