package dev.faultline.guest.qemu.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.qemu.qmp.FakeQemu;
import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.guest.qemu.qmp.QmpEvent;
import dev.faultline.guest.qemu.qmp.ScriptedQemu;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.testing.fuzz.Fuzz;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A QEMU whose guest has broken out of it may say anything: all of it ends in words, or in values. */
class MachineFuzzTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final MemoryBackend RAM = new MemoryBackend("ram", "memory-backend-memfd", true, 64 << 20);
    private static final String[] JSON = {
        "\r\n",
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
        "1e999999999",
        "1.5",
        "9223372036854775808",
        "\"\\ud800\"",
        "\"QMP\":",
        "\"return\":",
        "\"error\":",
        "\"event\":",
        "\"id\":",
        "\"timestamp\":",
        "\"data\":",
        "\"desc\":",
        "\"class\":",
        "\"MIGRATION\"",
        "\"child<\"",
        "\"child<>\"",
        "\"-machine\""
    };
    private static final String[] TEXT = {
        "0x", "ffffffffffffffff", "0000000000000000", "10000000000000000", " (prio -1, ", "nv-ram): ", "rom): ", " @",
        "/objects/ram", "\n", "\r\n", " KiB ", "Host virtual address for 0x0 (ram) is 0x", " is 0x", "(", ")"
    };

    @Test
    void aClientSurvivesAnyBytes() {
        try (ScriptedQemu qemu = new ScriptedQemu()) {
            Fuzz.target("qmp-stream")
                    .withWords(JSON)
                    .times(1_000)
                    .expecting(GuestException.class)
                    .run(input -> {
                        qemu.say(input);
                        try (QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
                            Optional<QmpEvent> event = client.awaitEvent(0, _ -> true, 0);
                            event.ifPresent(
                                    first -> assertThat(first.data().isObject()).isTrue());
                            client.execute("query-status");
                        }
                    });
        }
    }

    /** The first line of an input is the greeting, each other answers one question. */
    @Test
    void questionsSurviveEveryAnswer() {
        try (ScriptedQemu qemu = new ScriptedQemu()) {
            Fuzz.target("qmp-answers")
                    .withWords(JSON)
                    .times(1_000)
                    .expecting(GuestException.class)
                    .run(input -> {
                        qemu.answer(input);
                        try (QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
                            askAll(new QemuMonitor(client));
                        }
                    });
            assertThat(qemu.commands()).contains("query-memdev", "query-cpus-fast", "migrate-set-parameters");
        }
    }

    /** Each is asked whether or not the one before was answered in a way that is understood. */
    private static void askAll(QemuMonitor monitor) {
        List<GuestException> refused = new ArrayList<>();
        for (Runnable question : List.<Runnable>of(
                monitor::version,
                monitor::runState,
                monitor::migrationStatus,
                () -> monitor.children("/objects"),
                monitor::machineType,
                () -> MemoryBackend.of(monitor),
                () -> new HostAddresses(monitor).of(RAM),
                () -> BlockNodes.of(monitor),
                () -> MachineWords.of(monitor, new RamLayout(List.of(), List.of(), List.of())),
                () -> MigrationSettings.forSource(monitor.qmp()).close())) {
            try {
                question.run();
            } catch (GuestException e) {
                refused.add(e);
            }
        }
        if (!refused.isEmpty()) {
            throw refused.getFirst();
        }
    }

    @Test
    void blocksOfMemory() {
        Fuzz.target("info-ramblock")
                .withWords(TEXT)
                .expecting(GuestException.class)
                .run(input -> RamBlock.parse(text(input))
                        .forEach(block -> assertThat(block.name()).isNotEmpty()));
    }

    @Test
    void theMemoryMap() {
        AtomicReference<String> printed = new AtomicReference<>("");
        FakeQemu.Script print = (fake, _, id) ->
                fake.give(id, Json.array().add(printed.get()).get(0).toString());
        try (FakeQemu qemu = new FakeQemu(print);
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            Fuzz.target("info-mtree")
                    .withWords(TEXT)
                    .expecting(GuestException.class)
                    .run(input -> {
                        printed.set(text(input));
                        new HostAddresses(new QemuMonitor(client)).of(RAM);
                    });
        }
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }
}
