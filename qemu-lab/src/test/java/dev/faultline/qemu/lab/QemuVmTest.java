package dev.faultline.qemu.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.guest.LinuxImage;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.host.Leaks;
import dev.faultline.qemu.lab.qmp.QmpWatch;
import dev.faultline.qemu.lab.serial.Continuity;
import dev.faultline.qemu.lab.serial.Heartbeat;
import dev.faultline.testing.KvmDevice;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QemuVmTest {
    /** Enough to see its kernel or tables, little enough for a few huge pages. */
    private static final GuestLoad SMALL = new GuestLoad(8, 8, 1000, 10);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @BeforeEach
    void need() {
        LabHost.requireQemu();
    }

    @Test
    void linuxGuestRewritesItsMemoryAndUsesItsDiskWithoutCorruption() {
        LinuxImage.require();
        Leaks leaks = Leaks.begin();
        try (DiskImage disk = DiskImage.create();
                QemuVm vm = QemuVm.start(VmSpec.of("s", Accelerator.TCG, GuestLoad.of(GuestLoad.UNTHROTTLED))
                        .withDisk(disk))) {
            vm.awaitReady();
            vm.serial()
                    .await(
                            PATIENCE,
                            log -> log.heartbeats().stream()
                                    .anyMatch(beat ->
                                            beat.passes() > 5 && beat.diskOperations() > 500 && beat.number() > 200));

            Continuity.of(vm.log()).assertUnbroken();
            assertThat(disk.direct())
                    .as("O_DIRECT in the directory for temporary files")
                    .isTrue();
            assertThat(vm.status()).isEqualTo("running");
        }
        leaks.assertNone();
    }

    @Test
    void romGuestRewritesItsMemoryWithoutCorruption() {
        KvmDevice.require();
        Leaks leaks = Leaks.begin();
        try (QemuVm vm = QemuVm.start(VmSpec.of("s", Accelerator.KVM, GuestLoad.of(GuestLoad.UNTHROTTLED)))) {
            vm.awaitReady();
            vm.serial()
                    .await(
                            PATIENCE,
                            log -> log.heartbeats().stream()
                                    .anyMatch(beat -> beat.passes() > 20 && beat.number() > 200));

            Continuity.of(vm.log()).assertUnbroken();
        }
        leaks.assertNone();
    }

    /** Pages that are there; what they hold is verified. */
    @Test
    void romGuestNotesWhatItsProbesTake() {
        KvmDevice.require();
        GuestLoad load = new GuestLoad(1, 16, GuestLoad.IDLE, 10).withProbe(1000);
        try (QemuVm vm = QemuVm.start(VmSpec.of("s", Accelerator.KVM, load))) {
            vm.awaitReady();
            vm.awaitHeartbeats(100, PATIENCE);

            long count = vm.probes().count();
            assertThat(count).isBetween(50L, 100_000L);
            assertThat(Arrays.stream(vm.probes().nanos(count - 40, count))
                            .boxed()
                            .toList())
                    .hasSize(40)
                    .allMatch(nanos -> nanos > 0 && nanos < 1_000_000_000L);
            Continuity.of(vm.log()).assertUnbroken();
        }
    }

    @ParameterizedTest
    @CsvSource({"LINUX,TCG", "ROM,TCG", "ROM,KVM"})
    void idleGuestVerifiesOnly(GuestKind guest, Accelerator accelerator) {
        require(guest, accelerator);
        GuestLoad idle = new GuestLoad(8, 8, GuestLoad.IDLE, 10);
        try (QemuVm vm = QemuVm.start(VmSpec.of("s", accelerator, idle).withGuest(guest))) {
            vm.awaitReady();
            vm.awaitHeartbeats(300, PATIENCE);

            Continuity continuity = Continuity.of(vm.log());
            continuity.assertUnbroken();
            Heartbeat first = continuity.heartbeats().getFirst();
            Heartbeat last = continuity.heartbeats().getLast();
            assertThat(last.pagesWritten()).isEqualTo(first.pagesWritten());
            assertThat(last.pagesVerified() - first.pagesVerified())
                    .as("the walk got round")
                    .isGreaterThan(16 * 256);
        }
    }

    @ParameterizedTest
    @CsvSource({"LINUX,TCG", "ROM,KVM"})
    void rateIsKeptAbout(GuestKind guest, Accelerator accelerator) {
        require(guest, accelerator);
        GuestLoad load = new GuestLoad(8, 8, 2000, 10);
        try (QemuVm vm = QemuVm.start(VmSpec.of("s", accelerator, load).withGuest(guest))) {
            vm.awaitReady();
            vm.awaitHeartbeats(300, PATIENCE);

            List<Heartbeat> beats = vm.log().heartbeats();
            double seconds = (beats.getLast().guestMillis() - beats.getFirst().guestMillis()) / 1000.0;
            double rate = (beats.getLast().pagesWritten() - beats.getFirst().pagesWritten()) / seconds;
            // A busy host makes it slower; nothing makes it faster.
            assertThat(rate).isBetween(200.0, 2200.0);
        }
    }

    @ParameterizedTest
    @CsvSource({"PRIVATE,1", "FILE,1", "FILE,2", "MEMFD,1", "MEMFD,2"})
    void runsOnEachMemoryAndLeavesNothing(Backing backing, int nodes) {
        runsAndLeavesNothing(VmSpec.of("s", Accelerator.TCG, SMALL)
                .withGuest(GuestKind.ROM)
                .withMemory(64L << 20, backing)
                .withMemoryNodes(nodes));
    }

    @ParameterizedTest
    @CsvSource({"HUGE_FILE,1", "HUGE_FILE,2", "HUGE_MEMFD,1"})
    void runsOnEachHugeMemoryAndLeavesNothing(Backing backing, int nodes) {
        LabHost.requireRoot();
        runsAndLeavesNothing(VmSpec.of("s", Accelerator.TCG, SMALL)
                .withGuest(GuestKind.ROM)
                .withMemory(64L << 20, backing)
                .withMemoryNodes(nodes));
    }

    private static void runsAndLeavesNothing(VmSpec spec) {
        Leaks leaks = Leaks.begin();
        try (QemuVm vm = QemuVm.start(spec)) {
            vm.awaitReady();
            vm.awaitHeartbeats(20, PATIENCE);
            Continuity.of(vm.log()).assertUnbroken();
            assertThat(vm.memoryFiles()).hasSize(spec.backing().file() ? spec.memoryNodes() : 0);
            assertThat(vm.memoryFiles()).allSatisfy(file -> assertThat(file).exists());
        }
        leaks.assertNone();
    }

    @Test
    void engineHasAMonitorOfItsOwn() throws Exception {
        try (QemuVm vm = QemuVm.start(VmSpec.of("s", Accelerator.TCG, SMALL).withGuest(GuestKind.ROM))) {
            try (QmpWatch engine = QmpWatch.connect(vm.engineSocket())) {
                engine.execute("stop");
                assertThat(vm.status()).isEqualTo("paused");
                engine.execute("cont");
            }
            assertThat(vm.watch().await("STOP", 0, PATIENCE).timestampMicros())
                    .isLessThan(vm.watch().await("RESUME", 0, PATIENCE).timestampMicros());
            assertThat(Files.readString(vm.pidFile()).strip()).isEqualTo(Long.toString(vm.processId()));
        }
    }

    @Test
    void refusedCommandIsAnError() {
        try (QemuVm vm = QemuVm.start(VmSpec.of("s", Accelerator.TCG, SMALL).withGuest(GuestKind.ROM))) {
            assertThatThrownBy(() -> vm.watch().execute("no-such-command"))
                    .isInstanceOf(LabException.class)
                    .hasMessageContaining("CommandNotFound");
        }
    }

    @Test
    void quitAndKillEndIt() {
        VmSpec spec = VmSpec.of("s", Accelerator.TCG, SMALL).withGuest(GuestKind.ROM);
        try (QemuVm quit = QemuVm.start(spec);
                QemuVm killed = QemuVm.start(spec.incoming("d"))) {
            assertThat(killed.status()).isEqualTo("inmigrate");
            quit.quit();
            killed.kill();
            assertThat(quit.exitStatus()).hasValue(0);
            assertThat(killed.exitStatus())
                    .hasValueSatisfying(status -> assertThat(status).isNotZero());
        }
    }

    @Test
    void machineThatCannotStartSaysWhyAndLeavesNothing() {
        Leaks leaks = Leaks.begin();
        VmSpec spec = VmSpec.of("s", Accelerator.TCG, SMALL)
                .withGuest(GuestKind.ROM)
                .withExtraArguments(List.of("-device", "no-such-device"));

        assertThatThrownBy(() -> QemuVm.start(spec))
                .isInstanceOf(LabException.class)
                .hasMessageContaining("no-such-device");
        leaks.assertNone();
    }

    private static void require(GuestKind guest, Accelerator accelerator) {
        if (guest == GuestKind.LINUX) {
            LinuxImage.require();
        }
        if (accelerator == Accelerator.KVM) {
            KvmDevice.require();
        }
    }
}
