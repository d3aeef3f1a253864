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
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.proc.OpenUffd;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The engines with real QEMUs: pages cross TCP while the guest rewrites them. */
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.MINOR_SHMEM})
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QemuEngineTest {
    @TempDir
    Path folder = Path.of("");

    private Qemu start(String name, String... more) {
        Path own = folder.resolve(name);
        List<String> arguments = new ArrayList<>(Qemu.machine(Qemu.file(own), more));
        arguments.addAll(BootProgram.disk(own, ""));
        return Qemu.start(own, arguments);
    }

    /** From one to the next and on: a destination becomes a source. */
    @ParameterizedTest
    @EnumSource(MigrationMode.class)
    void aMachineMovesTwiceWhileItRuns(MigrationMode mode) throws Exception {
        try (Qemu first = start("s");
                Qemu second = start("d", "-incoming", "defer");
                Qemu third = start("e", "-incoming", "defer")) {
            awaitCounter(first, 3);
            migrate(first, second, mode);
            migrate(second, third, mode);
        }
    }

    private static void migrate(Qemu from, Qemu to, MigrationMode mode) throws Exception {
        int before = counter(from);
        try (QemuGuest source = QemuGuest.attach(from.options(), QemuRole.SOURCE);
                QemuGuest destination = QemuGuest.attach(to.options(), QemuRole.DESTINATION);
                Acceptor acceptor = Acceptor.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            FutureTask<DestinationReport> receiving = new FutureTask<>(() -> DestinationEngine.run(
                    destination, acceptor, new DestinationOptions(false, TestSwitch.NONE), _ -> {}));
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
        return SourceEngine.run(source, new SourceOptions(address, mode, 0, TestSwitch.NONE), _ -> {});
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
}
