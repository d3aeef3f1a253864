package dev.faultline.guest.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.proc.OpenUffd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of a guest, on real QEMUs; the memory is copied by the test while nothing runs. */
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.MINOR_SHMEM})
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QemuMoveTest {
    @TempDir
    Path folder = Path.of("");

    private Qemu start(String name, String... more) {
        Path own = folder.resolve(name);
        List<String> arguments = new ArrayList<>(Qemu.machine(Qemu.file(own), more));
        arguments.addAll(BootProgram.disk(own, ""));
        return Qemu.start(own, arguments);
    }

    private static QemuGuest attach(Qemu qemu, QemuRole role) {
        return QemuGuest.attach(qemu.options(), role);
    }

    private static void awaitProgram(QemuGuest guest) {
        while (BootProgram.counter(guest.regions().getFirst()) < 3) {
            Qemu.nap();
        }
    }

    private static void copyMemory(QemuGuest from, QemuGuest to) {
        for (GuestRegion region : from.regions()) {
            try (AliasMapping source = region.file().mapAlias();
                    AliasMapping target = to.regions().get(region.id()).file().mapAlias()) {
                target.segment().copyFrom(source.segment());
            }
        }
    }

    private static String failure(Runnable action) {
        List<String> message = new ArrayList<>();
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(action::run)
                .satisfies(e -> message.add(e.getMessage()));
        return message.getFirst();
    }

    @Test
    void aPausedMachineIsStillAndRunsOn() {
        try (Qemu qemu = start("s");
                QemuGuest guest = attach(qemu, QemuRole.SOURCE)) {
            awaitProgram(guest);
            for (int i = 0; i < 3; i++) {
                guest.pause();
                assertThat(guest.state()).isEqualTo(GuestState.PAUSED);
                assertThat(qemu.runState()).isIn("finish-migrate", "postmigrate"); // as QEMU settles it
                int counter = BootProgram.verify(guest.regions().getFirst());
                guest.pause();
                assertThat(BootProgram.verify(guest.regions().getFirst())).isEqualTo(counter);
                guest.resume();
                assertThat(guest.state()).isEqualTo(GuestState.RUNNING);
                guest.resume();
                while (BootProgram.counter(guest.regions().getFirst()) == counter) {
                    Qemu.nap();
                }
            }
        }
    }

    @Test
    void aMachineThatWasSavedRunsOnIfItIsTold() {
        try (Qemu qemu = start("s");
                QemuGuest guest = attach(qemu, QemuRole.SOURCE)) {
            awaitProgram(guest);
            assertThat(failure(guest::saveDeviceState)).contains("not paused");
            guest.pause();
            assertThat(guest.saveDeviceState()).hasSizeGreaterThan(10_000);
            assertThat(guest.state()).isEqualTo(GuestState.PAUSED);
            guest.resume();
            assertThat(guest.state()).isEqualTo(GuestState.RUNNING);
            guest.pause(); // and can be moved again
            assertThat(guest.saveDeviceState()).hasSizeGreaterThan(10_000);
            guest.resume();
        }
    }

    /** It reads already; one that was never told to would wait on, for another engine. */
    @Test
    void aMachineThatExpectedItsDevicesInVainEnds() {
        try (Qemu qemu = start("d", "-incoming", "defer")) {
            try (QemuGuest guest = attach(qemu, QemuRole.DESTINATION)) {
                guest.expectDeviceState();
                assertThat(guest.state()).isEqualTo(GuestState.INCOMING);
                assertThat(qemu.hasEnded()).isFalse();
            }
            while (!qemu.hasEnded()) {
                Qemu.nap();
            }
        }
    }

    @Test
    void aMachineWhoseEngineGoesRunsOn() {
        try (Qemu qemu = start("s")) {
            try (QemuGuest guest = attach(qemu, QemuRole.SOURCE)) {
                guest.pause();
            }
            assertThat(qemu.runState()).isEqualTo("running");
        }
    }

    @Test
    void aMachineArrivesWhereItWasAndMovesOn() {
        try (Qemu first = start("s");
                Qemu second = start("d", "-incoming", "defer");
                Qemu third = start("e", "-incoming", "defer")) {
            int counter = 0;
            for (List<Qemu> hop : List.of(List.of(first, second), List.of(second, third))) {
                List<String> before = hop.stream().map(QemuMoveTest::settings).toList();
                counter = move(hop.getFirst(), hop.getLast(), counter);
                assertThat(hop.stream().map(QemuMoveTest::settings).toList()).isEqualTo(before);
                assertThat(hop.getFirst().runState()).isEqualTo("postmigrate");
                assertThat(OpenUffd.of(hop.getLast().processId())).isEmpty();
            }
        }
    }

    private static String settings(Qemu qemu) {
        return qemu.watch().execute("query-migrate-capabilities") + " "
                + qemu.watch().execute("query-migrate-parameters");
    }

    private static int move(Qemu from, Qemu to, int counterBefore) {
        try (QemuGuest source = attach(from, QemuRole.SOURCE);
                QemuGuest destination = attach(to, QemuRole.DESTINATION)) {
            assertThat(destination.machine()).isEqualTo(source.machine());
            assertThat(destination.state()).isEqualTo(GuestState.INCOMING);
            assertThat(failure(destination::resume)).contains("INCOMING");
            awaitProgram(source);
            source.pause();
            byte[] state = source.saveDeviceState();
            int counter = BootProgram.verify(source.regions().getFirst());
            assertThat(counter).isGreaterThan(counterBefore);
            copyMemory(source, destination);
            destination.loadDeviceState(state);
            source.relinquish();
            assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
            assertThat(failure(source::resume)).contains("given up");
            assertThat(to.runState()).isEqualTo("paused"); // it does not start by itself
            destination.resume();
            assertThat(destination.state()).isEqualTo(GuestState.RUNNING);
            while (BootProgram.counter(destination.regions().getFirst()) < counter + 2) {
                Qemu.nap();
            }
            destination.pause();
            BootProgram.verify(destination.regions().getFirst());
            destination.resume();
            return counter;
        }
    }

    /** Who says 'cont' to a QEMU that waits has it start by itself. */
    @Test
    void aMachineThatStartsByItselfIsStopped() {
        try (Qemu from = start("s");
                Qemu to = start("d", "-incoming", "defer");
                QemuGuest source = attach(from, QemuRole.SOURCE);
                QemuGuest destination = attach(to, QemuRole.DESTINATION)) {
            source.pause();
            byte[] state = source.saveDeviceState();
            copyMemory(source, destination);
            to.watch().execute("cont");
            assertThat(failure(() -> destination.loadDeviceState(state))).contains("ran instead of being paused");
            assertThat(to.runState()).isEqualTo("paused");
            assertThat(failure(destination::resume)).contains("cannot run");
            destination.relinquish();
            assertThat(to.hasEnded()).isTrue();
        }
    }

    @Test
    void aMachineThatWasPausedArrivesPaused() {
        try (Qemu from = start("s");
                Qemu to = start("d", "-incoming", "defer");
                QemuGuest source = attach(from, QemuRole.SOURCE);
                QemuGuest destination = attach(to, QemuRole.DESTINATION)) {
            awaitProgram(source);
            from.watch().execute("stop");
            assertThat(source.state()).isEqualTo(GuestState.PAUSED);
            int[] counter = {0};
            source.whileDrained(
                    () -> counter[0] = BootProgram.verify(source.regions().getFirst()));
            assertThat(from.runState()).isEqualTo("paused");
            source.pause();
            byte[] state = source.saveDeviceState();
            copyMemory(source, destination);
            destination.loadDeviceState(state);
            assertThat(destination.state()).isEqualTo(GuestState.PAUSED);
            assertThat(BootProgram.verify(destination.regions().getFirst())).isEqualTo(counter[0]);
            destination.resume();
        }
    }

    @Test
    void aDeviceStateThatDoesNotLoadEndsTheDestinationAndTellsWhy() {
        try (Qemu from = start("s");
                Qemu to = start("d", "-incoming", "defer");
                QemuGuest source = attach(from, QemuRole.SOURCE);
                QemuGuest destination = attach(to, QemuRole.DESTINATION)) {
            source.pause();
            byte[] state = source.saveDeviceState();
            byte[] half = Arrays.copyOf(state, state.length / 2);
            assertThat(failure(() -> destination.loadDeviceState(half)))
                    .contains("QEMU could not load the device state", "It says: ", "load of migration failed");
            destination.relinquish();
            assertThat(destination.state()).isEqualTo(GuestState.RELINQUISHED);
            source.resume();
            assertThat(from.runState()).isEqualTo("running");
        }
    }

    /** Both have the same disk, as on shared storage: it is the source's until the destination is told to run. */
    @Test
    void aDestinationThatMustNotRunEndsAndHasNotTakenTheDisk() {
        List<String> disk = BootProgram.disk(folder, "");
        List<String> waiting = new ArrayList<>(Qemu.machine(Qemu.file(folder.resolve("d")), "-incoming", "defer"));
        waiting.addAll(disk);
        List<String> running = new ArrayList<>(Qemu.machine(Qemu.file(folder.resolve("s"))));
        running.addAll(disk);
        try (Qemu from = Qemu.start(folder.resolve("s"), running);
                Qemu to = Qemu.start(folder.resolve("d"), waiting);
                QemuGuest source = attach(from, QemuRole.SOURCE);
                QemuGuest destination = attach(to, QemuRole.DESTINATION)) {
            source.pause();
            byte[] state = source.saveDeviceState();
            copyMemory(source, destination);
            assertThat(failure(() -> destination.loadDeviceState(new byte[0]))).contains("empty");
            destination.loadDeviceState(state);
            assertThat(failure(() -> destination.loadDeviceState(state))).contains("given one already");
            source.resume();
            assertThat(failure(destination::resume)).contains("lock"); // and cannot take it now
            destination.relinquish();
            assertThat(to.hasEnded()).isTrue();
            assertThat(failure(source::relinquish)).contains("'running'");
        }
    }

    /** A load that waits for a page: QEMU's main thread, and its monitor with it, stand still. */
    @Test
    void aDestinationThatHangsIsKilled() {
        try (Qemu from = start("s");
                Qemu to = start("d", "-incoming", "defer");
                QemuGuest source = attach(from, QemuRole.SOURCE);
                QemuGuest destination = QemuGuest.attach(
                        new QemuOptions(to.options().qmp(), to.options().processId(), 1_000_000_000L),
                        QemuRole.DESTINATION)) {
            source.pause();
            byte[] state = source.saveDeviceState();
            GuestRegion region = destination.regions().getFirst();
            destination
                    .uffd(region)
                    .register(
                            region.guestAddress(),
                            region.lengthBytes(),
                            EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR));
            assertThat(failure(() -> destination.loadDeviceState(state))).contains("1.00 s");
            destination.freeze();
            destination.relinquish();
            assertThat(to.hasEnded()).isTrue();
            source.resume();
        }
    }

    @Test
    void aDestinationThatWasNotLoadedIsLeftWaiting() {
        try (Qemu to = start("d", "-incoming", "defer")) {
            try (QemuGuest destination = attach(to, QemuRole.DESTINATION)) {
                destination.relinquish();
            }
            assertThat(to.runState()).isEqualTo("inmigrate");
            try (QemuGuest destination = attach(to, QemuRole.DESTINATION)) {
                assertThat(destination.state()).isEqualTo(GuestState.INCOMING);
            }
        }
    }
}
