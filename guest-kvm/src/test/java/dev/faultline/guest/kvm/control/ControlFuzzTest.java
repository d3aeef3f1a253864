package dev.faultline.guest.kvm.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.testing.fuzz.Fuzz;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.EventFd;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** Both ends of the control socket, each with a peer that says anything. */
class ControlFuzzTest {
    private static final String[] WORDS = {
        "\n",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "{}",
        "[]",
        "null",
        "true",
        "-1",
        "0",
        "1e999",
        "1.5",
        "9223372036854775807",
        "9223372036854775808",
        "\"\\ud800\"",
        "\\u0000",
        "\"execute\":",
        "\"arguments\":",
        "\"id\":",
        "\"return\":",
        "\"error\":",
        "\"load-state\"",
        "\"state\":",
        "\"AQID\"",
        "\"regions\":",
        "4096",
        "2147483648"
    };

    private static List<byte[]> lines(byte[] input) {
        List<byte[]> lines = new ArrayList<>();
        for (String line : new String(input, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            lines.add(line.getBytes(StandardCharsets.ISO_8859_1));
        }
        return lines;
    }

    /** Each line of an input is a command of one session; all of them are refused in words, or carried out. */
    @Test
    void aGuestSurvivesEveryCommand() {
        try (Memfd file = Memfd.create("control-fuzz", FakeMachine.MEMORY_BYTES, PageSize.SIZE_4K);
                GuestMapping mapping = file.mapGuest();
                UnixConnection.Pair pair = UnixConnection.pair(0)) {
            List<GuestRegion> regions = List.of(new GuestRegion(0, "ram", mapping.address(), file));
            Fuzz.target("control-commands").withWords(WORDS).run(input -> {
                FakeMachine machine = new FakeMachine(GuestState.INCOMING);
                Commands commands =
                        new Commands(new ServedGuest(machine, "a test", regions, List.of(file.fd())), () -> {});
                ControlSession session = new ControlSession(pair.here(), 1, commands, 1, _ -> {});
                for (byte[] line : lines(input)) {
                    serve(commands, session, line);
                }
            });
        }
    }

    private static void serve(Commands commands, ControlSession session, byte[] line) {
        ObjectNode reply;
        try {
            reply = commands.execute(session, Json.parseObject(line)).value();
        } catch (RefusedException e) {
            reply = ControlSession.error(e);
            assertThat(reply.path("error").path("desc").asString(""))
                    .isNotBlank()
                    .doesNotContain("\n");
        }
        assertThat(Json.parseObject(Json.line(reply))).hasToString(reply.toString());
    }

    /** The first line of an input is the greeting, each other answers one command. */
    @Test
    void anEngineSurvivesEveryAnswer() {
        try (Memfd file = Memfd.create("control-fuzz", 8192, PageSize.SIZE_4K);
                EventFd event = new EventFd();
                ScriptedGuest guest = new ScriptedGuest(List.of(file.fd(), event.fd(), event.fd()))) {
            Fuzz.target("control-answers")
                    .times(1_000)
                    .withWords(WORDS)
                    .expecting(GuestException.class)
                    .run(input -> {
                        guest.script(lines(input));
                        ask(guest.name);
                    });
            assertThat(guest.commands()).isEqualTo(Set.of("query", "attach", "save-state"));
        }
    }

    private static void ask(String name) {
        try (ControlConnection control = ControlConnection.open(name, ServerFixture.LIMIT_NANOS)) {
            List<GuestException> refused = new ArrayList<>();
            for (Runnable command :
                    List.<Runnable>of(() -> query(control), () -> attach(control), () -> save(control))) {
                try {
                    command.run();
                } catch (GuestException e) {
                    refused.add(e);
                }
            }
            if (!refused.isEmpty()) {
                throw refused.getFirst();
            }
        }
    }

    private static void query(ControlConnection control) {
        ControlConnection.Reply reply = control.call("query", Json.object());
        GuestReport report = control.understand("query", () -> ReportJson.read(reply.value()));
        assertThat(ReportJson.read(ReportJson.write(report))).isEqualTo(report);
    }

    private static void attach(ControlConnection control) {
        ControlConnection.Reply reply = control.call("attach", Json.object());
        control.understand("attach", () -> Attachment.of(reply)).close();
    }

    private static void save(ControlConnection control) {
        ControlConnection.Reply reply = control.call("save-state", Json.object());
        control.understand("save-state", () -> Json.base64(reply.value(), "state"));
    }
}
