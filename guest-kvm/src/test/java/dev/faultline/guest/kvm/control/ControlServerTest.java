package dev.faultline.guest.kvm.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.os.EventFd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlServerTest {
    @Test
    void greetsWithTheMachineAndTheReasonForIt() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect()) {
            assertThat(peer.greeting.path("faultline").path("machine").asString(""))
                    .isEqualTo("native");
            assertThat(peer.greeting.path("faultline").path("why").asString("")).isEqualTo("a test wants it");
            assertThat(peer.greeting.path("faultline").path("version").isString())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            7           | 7
            "seven"     | "seven"
            {"a":[1,2]} | {"a":[1,2]}
            null        | null
            """)
    void answersWithTheIdOfTheCommand(String id, String expected) {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect()) {
            assertThat(peer.ask("{\"execute\":\"pause\",\"id\":" + id + "}").toString())
                    .isEqualTo("{\"return\":{},\"id\":" + expected + "}");
            assertThat(peer.ask("{\"execute\":\"what\",\"id\":" + id + "}").get("id"))
                    .hasToString(expected);
        }
    }

    @Test
    void takesACommandThatArrivesByteByByte() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect()) {
            for (char c : "{\"execute\":\"pause\"}\r\n".toCharArray()) {
                peer.send(String.valueOf(c));
            }
            assertThat(peer.read().has("return")).isTrue();
            assertThat(fixture.machine.state()).isEqualTo(GuestState.PAUSED);
        }
    }

    @Test
    void carriesOutTheCommandsOfAConnectionInTheirOrder() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect()) {
            peer.send(
                    "{\"execute\":\"pause\",\"id\":1}\n{\"execute\":\"query\",\"id\":2}\n{\"execute\":\"resume\",\"id\":3}\n");
            assertThat(peer.read().path("id").asInt()).isEqualTo(1);
            assertThat(peer.read().path("return").path("state").asString()).isEqualTo("PAUSED");
            assertThat(peer.read().path("id").asInt()).isEqualTo(3);
        }
    }

    @Test
    void answersOtherConnectionsWhileACommandWaits() {
        CountDownLatch go = new CountDownLatch(1);
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer slow = fixture.connect();
                RawPeer other = fixture.connect()) {
            fixture.machine.inPause = () -> awaitLatch(go);
            slow.send("{\"execute\":\"pause\"}\n");
            assertThat(other.execute("query").path("return").path("state").asString())
                    .isEqualTo("RUNNING");
            go.countDown();
            assertThat(slow.read().has("return")).isTrue();
        } finally {
            go.countDown();
        }
    }

    @Test
    void takesOneStepAtATime() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING)) {
            List<RawPeer> peers = Stream.generate(fixture::connect).limit(8).toList();
            for (int i = 0; i < 100; i++) {
                peers.get(i % 8).send("{\"execute\":\"" + (i % 3 == 0 ? "pause" : "resume") + "\"}\n");
                if (i % 8 == 7) {
                    peers.forEach(RawPeer::read);
                }
            }
            assertThat(fixture.machine.mostInside).hasValue(1);
            peers.forEach(RawPeer::close);
        }
    }

    @Test
    void refusesCommandsThatAreSentTooFarAhead() {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect()) {
            fixture.machine.inPause = () -> {
                inside.countDown();
                awaitLatch(go);
            };
            peer.send("{\"execute\":\"pause\"}\n");
            awaitLatch(inside);
            peer.send("{\"execute\":\"pause\"}\n".repeat(ControlSession.MAX_WAITING + 1));
            assertThat(RawPeer.errorClass(peer.read())).isEqualTo("Busy");
            go.countDown();
            assertThat(peer.read().has("return")).isTrue();
        } finally {
            go.countDown();
        }
    }

    @Test
    void reportsAMachineThatFailsAndGoesOn() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect()) {
            fixture.machine.inPause = () -> {
                throw new GuestException("vCPU 0 did not stop");
            };
            ObjectNode answer = peer.execute("pause");
            assertThat(RawPeer.errorClass(answer)).isEqualTo("Failed");
            assertThat(answer.path("error").path("desc").asString()).isEqualTo("pause failed: vCPU 0 did not stop");
            fixture.machine.inPause = () -> {};
            assertThat(peer.execute("pause").has("return")).isTrue();
        }
    }

    @Test
    void refusesADeviceStateThatDoesNotFitIntoALine() {
        try (ServerFixture fixture = new ServerFixture(GuestState.PAUSED);
                RawPeer peer = fixture.connect()) {
            fixture.machine.deviceState = new byte[Commands.MAX_STATE_BYTES + 1];
            assertThat(peer.errorOf("save-state")).isEqualTo("Failed");
            fixture.machine.deviceState = new byte[Commands.MAX_STATE_BYTES];
            assertThat(peer.execute("save-state").path("return").path("state").asString())
                    .hasSizeGreaterThan(Commands.MAX_STATE_BYTES);
        }
    }

    @Test
    void closesDescriptorsThatNobodyAskedFor() throws IOException {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect();
                EventFd stray = new EventFd()) {
            peer.execute("query");
            long before = openFiles();
            for (int i = 0; i < 20; i++) {
                peer.send(
                        "{\"execute\":\"query\"}\n".getBytes(StandardCharsets.UTF_8),
                        Collections.nCopies(16, stray.fd()));
                assertThat(peer.read().has("return")).isTrue();
            }
            assertThat(openFiles()).isLessThan(before + 16);
        }
    }

    private static long openFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Test
    void quitAnswersThenEndsEverythingAndFreesTheName() throws InterruptedException {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect();
                RawPeer engine = fixture.connect()) {
            engine.execute("attach");
            assertThat(peer.execute("quit").has("return")).isTrue();
            fixture.server.awaitQuit();
            assertThat(fixture.server.stop(ServerFixture.LIMIT_NANOS)).isTrue();
            peer.expectEnd();
            engine.expectEnd();
            ControlServer.listen(fixture.name).close();
        }
    }

    @Test
    void saysSoWhenACommandDoesNotEnd() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch inside = new CountDownLatch(1);
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect()) {
            fixture.machine.inPause = () -> {
                inside.countDown();
                awaitLatch(go);
            };
            peer.send("{\"execute\":\"pause\"}\n");
            awaitLatch(inside);
            assertThat(fixture.server.stop(TimeUnit.MILLISECONDS.toNanos(50))).isFalse();
            go.countDown();
            assertThat(fixture.server.stop(ServerFixture.LIMIT_NANOS)).isTrue();
        } finally {
            go.countDown();
        }
    }

    @Test
    void refusesANameThatIsTakenOrImpossible() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING)) {
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> ControlServer.listen(fixture.name))
                    .withMessageContaining("'" + fixture.name + "' is taken");
        }
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> ControlServer.listen("/nowhere/at/all"))
                .withMessageContaining("ENOENT");
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> ControlServer.listen("@" + "long".repeat(30)))
                .withMessageContaining("107 bytes");
    }

    @Test
    void servesRootAndItsOwnUserOnly() {
        assertThat(ControlServer.mayControl(0, 1000)).isTrue();
        assertThat(ControlServer.mayControl(1000, 1000)).isTrue();
        assertThat(ControlServer.mayControl(1001, 1000)).isFalse();
        assertThat(ControlServer.mayControl(1000, 0)).isFalse();
    }

    @Test
    void hasRoomForManyConnectionsButNotForAnyNumber() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING)) {
            List<RawPeer> peers = Stream.generate(fixture::connect).limit(64).toList();
            try (RawPeer extra = fixture.connect()) {
                assertThat(RawPeer.errorClass(extra.greeting)).isEqualTo("Busy");
                extra.expectEnd();
            }
            peers.getFirst().close();
            assertThat(peers.getLast().execute("query").has("return")).isTrue();
            peers.forEach(RawPeer::close);
        }
    }

    static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(ServerFixture.LIMIT_NANOS, TimeUnit.NANOSECONDS))
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
