package dev.faultline.guest.kvm.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.ipc.LineReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Whatever a peer sends, it gets an answer, and the guest is served on. One server sees it all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MalformedCommandTest {
    private ServerFixture fixture;
    private RawPeer peer;

    @BeforeAll
    void serve() {
        fixture = new ServerFixture(GuestState.INCOMING);
        peer = fixture.connect();
    }

    @AfterAll
    void stop() {
        peer.close();
        fixture.close();
    }

    private void assertServed() {
        assertThat(peer.execute("query").path("return").path("state").asString())
                .isEqualTo("INCOMING");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            hello                                                           | BadRequest     | not valid JSON
            ``                                                              | BadRequest     | one JSON object
            [1]                                                             | BadRequest     | one JSON object
            "query"                                                         | BadRequest     | one JSON object
            null                                                            | BadRequest     | one JSON object
            {"execute":"query"} {"execute":"query"}                         | BadRequest     | not valid JSON
            {"execute":"query","execute":"quit"}                            | BadRequest     | not valid JSON
            {"execute":"query"                                              | BadRequest     | not valid JSON
            {}                                                              | BadRequest     | 'execute' is missing
            {"execute":5}                                                   | BadRequest     | 'execute' has to be a string
            {"execute":"query","argument":{}}                               | BadRequest     | has no member 'argument'
            {"execute":"query","arguments":[]}                              | BadRequest     | 'arguments' has to be an object
            {"execute":"query","arguments":{"x":1}}                         | BadRequest     | query has no member 'x'
            {"execute":"load-state"}                                        | BadRequest     | 'state' is missing
            {"execute":"load-state","arguments":{"state":5}}                | BadRequest     | 'state' has to be a string
            {"execute":"load-state","arguments":{"state":"*"}}              | BadRequest     | not valid base64
            {"execute":"reboot"}                                            | UnknownCommand | there is no command 'reboot'
            {"execute":"Query"}                                             | UnknownCommand | there is no command 'Query'
            {"execute":"resume"}                                            | WrongState     | load-state comes first
            {"execute":"save-state"}                                        | WrongState     | needs a paused guest
            """)
    void isAnsweredWithAnError(String line, String errorClass, String reason) {
        ObjectNode answer = peer.ask(line);
        assertThat(RawPeer.errorClass(answer)).isEqualTo(errorClass);
        assertThat(answer.path("error").path("desc").asString())
                .contains(reason)
                .doesNotContain("\n");
        assertServed();
    }

    @Test
    void deepNestingIsAnError() {
        assertThat(RawPeer.errorClass(peer.ask("[".repeat(100_000)))).isEqualTo("BadRequest");
        assertServed();
    }

    @Test
    void bytesThatAreNoTextAreErrors() {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[1 + random.nextInt(300)];
            random.nextBytes(bytes);
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = bytes[at] == '\n' ? 0 : bytes[at];
            }
            bytes[bytes.length - 1] = '\n';
            peer.send(bytes, List.of());
            assertThat(RawPeer.errorClass(peer.read())).isEqualTo("BadRequest");
        }
        assertServed();
    }

    @Test
    void everyPrefixAndEveryDamageOfACommandIsAnswered() {
        String command = "{\"execute\":\"load-state\",\"arguments\":{\"state\":5},\"id\":1}";
        Random random = new Random(2);
        for (int i = 0; i < command.length(); i++) {
            assertThat(peer.ask(command.substring(0, i)).has("error")).isTrue();
            byte[] damaged = (command + "\n").getBytes(StandardCharsets.UTF_8);
            damaged[i] = (byte) (' ' + random.nextInt(95));
            peer.send(damaged, List.of());
            assertThat(peer.read().has("error")).isTrue();
        }
        assertServed();
    }

    @Test
    void aLineThatIsTooLongIsAnErrorAndCostsNoMoreThanTheLimit() {
        byte[] megabyte = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 40; i++) {
            peer.send(megabyte, List.of());
        }
        ObjectNode answer = peer.ask("");
        assertThat(RawPeer.errorClass(answer)).isEqualTo("BadRequest");
        assertThat(answer.path("error").path("desc").asString()).contains("at most 16777216 bytes");
        assertServed();
    }

    @Test
    void theLongestLineIsTaken() {
        String command = "{\"execute\":\"query\"}";
        String padding = " ".repeat(LineReader.MAX_LINE_BYTES - command.length());
        assertThat(peer.ask(command + padding).has("return")).isTrue();
        assertThat(RawPeer.errorClass(peer.ask(command + padding + " "))).isEqualTo("BadRequest");
    }
}
