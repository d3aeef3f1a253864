package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.json.Events;
import dev.faultline.cli.json.Json;
import dev.faultline.qemu.lab.Accelerator;
import dev.faultline.qemu.lab.Backing;
import dev.faultline.qemu.lab.GuestKind;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.VmSpec;
import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.serial.Continuity;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.proc.ProcessMaps;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The write rate of guests that know nothing of it. */
class DirtyRateIT {
    private static final String[] GUEST = {
        "--memory", "64M", "--working-set", "16M", "--cold-set", "0", "--write-rate", "2000"
    };
    private static final long MIB = 1 << 20;
    private static final long PAGE = 4096;
    private static final int TERMINATED = 143;

    private static String pid(Faultline process) {
        return Long.toString(process.processId());
    }

    private static void assertNothingIsLeft(long processId, List<OpenUffd> before) {
        assertThat(OpenUffd.of(processId)).isEqualTo(before);
        assertThat(ProcessMaps.readWithFlags(processId)).noneMatch(MemoryMapping::isRegistered);
    }

    /** Waits until a page of each that the guest rewrites was seen; there is little else that it writes. */
    private static void awaitWorkingSet(Faultline rate, long bytes) {
        String line = rate.awaitLine(text -> text.contains("\"event\":\"sample\"")
                && Json.parse(text).orElseThrow().path("workingSetBytes").asLong() >= bytes);
        JsonNode sample = Json.parse(line).orElseThrow();
        assertThat(sample.path("workingSetBytes").asLong()).isLessThan(bytes + MIB);
        assertThat(sample.path("workingSet10sBytes").asLong()).isBetween(1L, bytes + MIB);
        assertThat(sample.path("whole").asBoolean()).isTrue();
    }

    @Test
    void aGuestsRateAndWorkingSetAreMeasuredAndSigtermLeavesNothing() {
        try (Hosts hosts = new Hosts()) {
            Faultline guest = hosts.startGuest(GUEST);
            Hosts.awaitAlive(hosts.sourceName());
            List<OpenUffd> before = OpenUffd.of(guest.processId());
            try (Faultline rate = Faultline.start(
                    "dirty-rate",
                    "--pid",
                    pid(guest),
                    "--interval",
                    "0.5",
                    "--json",
                    "--mappings",
                    "--bandwidth",
                    "1G")) {
                JsonNode watching = rate.awaitEvent("watching");
                assertThat(watching.path("memoryBytes").asLong()).isEqualTo(64 * MIB);
                assertThat(watching.path("mappings").size()).isEqualTo(1);
                awaitWorkingSet(rate, 16 * MIB);
                rate.terminate();
                assertThat(rate.await()).as(rate.toString()).isEqualTo(TERMINATED);
                JsonNode done = rate.json();
                assertThat(done.path("event").asString()).isEqualTo(Events.DONE);
                assertThat(done.path("end").asString()).isEqualTo("signal");
                // A busy host makes the guest slower; nothing makes it faster for long.
                assertThat(done.path("meanBytesPerSecond").asLong() / PAGE).isBetween(200L, 2500L);
                assertThat(done.path("precopyRounds").asString()).isEqualTo("shrink");
                JsonNode mapping = rate.awaitEvent("sample").path("mappings").path(0);
                assertThat(mapping.path("name").asString()).startsWith("/memfd:faultline");
                assertThat(mapping.path("lengthBytes").asLong()).isEqualTo(64 * MIB);
                assertThat(mapping.path("pageBytes").asLong()).isEqualTo(PAGE);
            }
            assertNothingIsLeft(guest.processId(), before);
            Hosts.awaitAlive(hosts.sourceName());
        }
    }

    @Test
    void peopleGetATableAndALastWord() {
        try (Hosts hosts = new Hosts()) {
            Faultline guest = hosts.startGuest(GUEST);
            Faultline rate = Faultline.run(
                    "dirty-rate", "--pid", pid(guest), "--interval", "0.2s", "--seconds", "1", "--bandwidth", "4K");
            assertThat(rate.exitCode()).as(rate.toString()).isZero();
            assertThat(rate.err()).isEmpty();
            assertThat(rate.out().lines().filter(line -> line.matches(" +\\d+\\.\\d s .*MiB/s.*")))
                    .as(rate.toString())
                    .hasSizeBetween(1, 5);
            assertThat(rate.out().lines().toList().getLast()).startsWith("At 4 KiB/s pre-copy rounds do not shrink");
        }
    }

    @Test
    void aWatchThatIsKilledLeavesNothing() {
        try (Hosts hosts = new Hosts()) {
            Faultline guest = hosts.startGuest(GUEST);
            List<OpenUffd> before = OpenUffd.of(guest.processId());
            try (Faultline rate = Faultline.start("dirty-rate", "--pid", pid(guest), "--json", "--interval", "0.1")) {
                rate.awaitEvent("sample");
                assertThat(ProcessMaps.readWithFlags(guest.processId())).anyMatch(MemoryMapping::isRegistered);
                rate.kill();
            }
            assertNothingIsLeft(guest.processId(), before);
            Hosts.awaitAlive(hosts.sourceName());
        }
    }

    @Test
    void theEndOfTheProcessEndsTheWatch() {
        try (Hosts hosts = new Hosts()) {
            Faultline guest = hosts.startGuest(GUEST);
            Faultline rate = Faultline.start("dirty-rate", "--pid", pid(guest), "--json", "--interval", "0.1");
            rate.awaitEvent("sample");
            guest.kill();
            assertThat(rate.await()).as(rate.toString()).isZero();
            assertThat(rate.json().path("end").asString()).isEqualTo("process-ended");
            fails("There is no process " + pid(guest), "--pid", pid(guest));
        }
    }

    @Test
    void aProcessIsWatchedByOne() {
        try (Hosts hosts = new Hosts()) {
            Faultline guest = hosts.startGuest(GUEST);
            try (Faultline rate = Faultline.start("dirty-rate", "--pid", pid(guest), "--json", "--interval", "0.1")) {
                rate.awaitEvent("sample");
                fails("another userfaultfd has this memory", "--pid", pid(guest));
                assertThat(rate.isAlive()).isTrue();
            }
        }
    }

    @Test
    void aProcessWithoutSharedMemory() throws IOException {
        Process cat = new ProcessBuilder("cat").start();
        try {
            fails("has no shared memory", "--pid", Long.toString(cat.pid()));
        } finally {
            cat.destroyForcibly();
        }
        fails("dirty-rate-nobody", "--qmp", "/tmp/dirty-rate-nobody");
    }

    private static void fails(String said, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "dirty-rate";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        Faultline rate = Faultline.run(all);
        assertThat(rate.exitCode()).as(rate.toString()).isEqualTo(1);
        assertThat(rate.err())
                .as(rate.toString())
                .contains(said)
                .hasLineCount(1)
                .doesNotContain("fault in Faultline itself");
        assertThat(rate.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "--interval, 0, is no time",
        "--interval, often, is no time",
        "--seconds, -1, is no time",
        "--bandwidth, fast, is no size",
        "--qmp, /tmp/x, mutually exclusive",
        "--pid, many, ''"
    })
    void wrongArguments(String option, String value, String said) {
        Faultline rate = Faultline.run("dirty-rate", "--pid", "1", option, value);
        assertThat(rate.exitCode()).isEqualTo(2);
        assertThat(rate.err())
                .contains(said)
                .endsWith("Run 'faultline dirty-rate --help'.")
                .hasLineCount(1);
    }

    @Test
    void theGuestOfAQemuIsWatched() {
        LabHost.requireQemu();
        GuestLoad load = new GuestLoad(8, 8, 2000, 10);
        VmSpec spec = VmSpec.of("rate", Accelerator.TCG, load)
                .withGuest(GuestKind.ROM)
                .withMemory(64 * MIB, Backing.FILE);
        try (QemuVm vm = QemuVm.start(spec)) {
            vm.awaitReady();
            String qmp = vm.engineSocket().toString();
            try (Faultline rate =
                    Faultline.start("dirty-rate", "--qmp", qmp, "--json", "--interval", "0.2", "--mappings")) {
                JsonNode watching = rate.awaitEvent("watching");
                assertThat(watching.path("processId").asLong()).isEqualTo(vm.processId());
                assertThat(watching.path("memoryBytes").asLong()).isEqualTo(64 * MIB);
                assertThat(watching.path("mappings").path(0).path("name").asString())
                        .endsWith(vm.memoryFiles().getFirst().toString());
                awaitWorkingSet(rate, 8 * MIB);
                fails("is attached to QEMU process " + vm.processId(), "--qmp", qmp);
                rate.terminate();
                assertThat(rate.await()).as(rate.toString()).isEqualTo(TERMINATED);
            }
            assertNothingIsLeft(vm.processId(), List.of());
            assertThat(vm.status()).isEqualTo("running");
            int beats = vm.log().heartbeats().size();
            vm.serial().awaitHeartbeats(beats + 20, Duration.ofMinutes(2));
            Continuity.of(vm.log()).assertUnbroken();
        }
    }
}
