package dev.faultline.guest.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.KvmDevice;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.proc.ProcessMaps;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The engines with real QEMUs: pages cross TCP while the guest rewrites them. */
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.MINOR_SHMEM})
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QemuEngineTest {
    /** One that the guest rewrites. */
    private static final long PAGE = 0x20000;

    private static final Set<RegisterMode> MODES = EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR);

    @TempDir
    Path folder = Path.of("");

    private Qemu start(String name, String... more) {
        Path own = folder.resolve(name);
        List<String> arguments = new ArrayList<>(Qemu.machine(Qemu.file(own), more));
        arguments.addAll(BootProgram.disk(own, ""));
        return Qemu.start(own, arguments);
    }

    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void aMachineMovesTwiceWhileItRuns(MigrationMode mode) throws Exception {
        moveTwice(mode);
    }

    @Test
    void aMachineOnKvmMovesTwiceWhileItRuns() throws Exception {
        KvmDevice.require();
        moveTwice(MigrationMode.HYBRID, "-accel", "kvm", "-cpu", "qemu64");
    }

    /** From one to the next and on: a destination becomes a source. */
    private void moveTwice(MigrationMode mode, String... arguments) throws Exception {
        List<String> incoming = new ArrayList<>(List.of(arguments));
        incoming.addAll(List.of("-incoming", "defer"));
        try (Qemu first = start("s", arguments);
                Qemu second = start("d", incoming.toArray(String[]::new));
                Qemu third = start("e", incoming.toArray(String[]::new))) {
            awaitCounter(first, 3);
            migrate(first, second, mode);
            migrate(second, third, mode);
        }
    }

    private static void migrate(Qemu from, Qemu to, MigrationMode mode) throws Exception {
        int before = counter(from);
        try (QemuGuest source = QemuGuest.attach(from.options(), QemuRole.SOURCE);
                QemuGuest destination = QemuGuest.attach(to.options(), QemuRole.DESTINATION);
                Acceptor acceptor = Acceptor.listen(
                        LocalHost.INSTANCE, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            FutureTask<DestinationReport> receiving = new FutureTask<>(() -> DestinationEngine.run(
                    LocalHost.INSTANCE,
                    destination,
                    acceptor,
                    new DestinationOptions(false, 0, TestSwitch.NONE),
                    Journal.unkept(),
                    _ -> {}));
            Thread.ofPlatform().daemon().start(receiving);
            SourceReport sent = send(source, acceptor, mode);
            DestinationReport received = receiving.get(60, TimeUnit.SECONDS);
            assertThat(sent.deviceStateBytes()).isPositive();
            assertThat(received.receivedBytes()).isPositive();
            assertThat(from.runState()).isEqualTo("postmigrate");
            GuestRegion region = destination.regions().getFirst();
            while (BootProgram.counter(region) < before + 3) {
                Qemu.nap();
            }
            destination.pause();
            BootProgram.verify(region);
            destination.resume();
        }
        assertThat(OpenUffd.of(to.processId())).isEmpty();
        assertThat(OpenUffd.of(from.processId())).isEmpty();
    }

    private static SourceReport send(QemuGuest source, Acceptor acceptor, MigrationMode mode)
            throws MigrationException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), acceptor.port());
        return SourceEngine.run(
                LocalHost.INSTANCE,
                source,
                new SourceOptions(address, mode, 0, 0, TestSwitch.NONE),
                Journal.unkept(),
                _ -> {});
    }

    private static int counter(Qemu qemu) {
        try (QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
            return BootProgram.counter(guest.regions().getFirst());
        }
    }

    private static void awaitCounter(Qemu qemu, int counter) {
        while (counter(qemu) < counter) {
            Qemu.nap();
        }
    }

    /** The end of an engine must not let the machine run on with pages that are not there. */
    @Test
    void aMachineWhosePagesAreMissingWaitsForThemWhenItsEngineHasGone() throws Exception {
        try (Qemu from = start("s");
                Qemu to = start("d", "-incoming", "defer")) {
            awaitCounter(from, 3);
            try (QemuGuest source = QemuGuest.attach(from.options(), QemuRole.SOURCE);
                    QemuGuest destination = QemuGuest.attach(to.options(), QemuRole.DESTINATION)) {
                GuestRegion region = destination.regions().getFirst();
                source.pause();
                byte[] state = source.saveDeviceState();
                try (AliasMapping here = source.regions().getFirst().file().mapAlias();
                        AliasMapping there = region.file().mapAlias()) {
                    there.segment().copyFrom(here.segment());
                }
                destination.loadDeviceState(state);
                // Of all that the guest rewrites, one page is taken away. It runs until it is there.
                region.file().punchHole(PAGE, PageSize.SIZE_4K.bytes());
                destination.uffd(region).register(region.guestAddress() + PAGE, PageSize.SIZE_4K.bytes(), MODES);
                source.relinquish();
                destination.resume();
                destination.freeze();
                while (destination.uffd(region).backlog().unresolved() == 0) {
                    Qemu.nap();
                }
            }
            List<OpenUffd> left = OpenUffd.of(to.processId());
            assertThat(left).hasSize(1);
            String path = Qemu.ramFile(folder.resolve("d")).toString();
            try (Memfd file = Memfd.adopt(Fd.open(path, true), 64 << 20);
                    LinuxUffd uffd =
                            LinuxUffd.takeFrom(to.processId(), left.getFirst().number())) {
                int counter = BootProgram.counter(file);
                assertThat(uffd.backlog().unresolved()).isPositive(); // still
                assertThat(BootProgram.counter(file)).isEqualTo(counter);
                for (MemoryMapping mapping : ProcessMaps.read(to.processId())) {
                    if (mapping.name().equals(path)) {
                        uffd.unregister(mapping.start(), mapping.lengthBytes()); // as if the page had come: of zeros
                    }
                }
                while (BootProgram.counter(file) == counter) {
                    Qemu.nap();
                }
            }
        }
    }
}
