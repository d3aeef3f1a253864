package dev.faultline.qemu.lab.own;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.qemu.lab.Accelerator;
import dev.faultline.qemu.lab.Backing;
import dev.faultline.qemu.lab.DiskImage;
import dev.faultline.qemu.lab.QemuVm;
import dev.faultline.qemu.lab.VmSpec;
import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.guest.LinuxImage;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.host.Leaks;
import dev.faultline.qemu.lab.net.Namespaces;
import dev.faultline.qemu.lab.serial.Continuity;
import dev.faultline.testing.KvmDevice;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QemuOwnMigrationTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String LOOPBACK = "127.0.0.1";

    @BeforeEach
    void need() {
        LabHost.requireQemu();
    }

    /** Over a link between namespaces, twice, with a disk. */
    @Test
    void linuxGuestSurvivesTwoPostcopies() {
        LabHost.requireNamespaces();
        LinuxImage.require();
        Leaks leaks = Leaks.begin();
        VmSpec spec = VmSpec.of("s", Accelerator.TCG, GuestLoad.of(10_000)).withMemory(256L << 20, Backing.PRIVATE);
        try (Namespaces hosts = Namespaces.create(3);
                DiskImage disk = DiskImage.create();
                QemuVm s = QemuVm.start(spec.withDisk(disk).withPrefix(hosts.command(0)));
                QemuVm d = QemuVm.start(s.spec().incoming("d").withPrefix(hosts.command(1)));
                QemuVm e = QemuVm.start(s.spec().incoming("e").withPrefix(hosts.command(2)))) {
            s.awaitReady();
            s.awaitHeartbeats(50, PATIENCE);

            OwnResult first = QemuOwnMigration.run(s, d, hosts.address(1), OwnMode.POSTCOPY, PATIENCE);
            s.quit();
            d.awaitHeartbeats(250, PATIENCE);
            OwnResult second = QemuOwnMigration.run(d, e, hosts.address(2), OwnMode.POSTCOPY_PREEMPT, PATIENCE);
            e.awaitHeartbeats(250, PATIENCE);

            Continuity continuity = Continuity.of(s.log(), d.log(), e.log());
            continuity.assertUnbroken();
            assertThat(continuity.handOverGapsMillis()).hasSize(2);
            assertSensible(first);
            assertSensible(second);
        }
        leaks.assertNone();
    }

    @ParameterizedTest
    @EnumSource(
            value = OwnMode.class,
            names = {"PRECOPY_UNLIMITED", "PRECOPY_TUNED", "POSTCOPY"})
    void romGuestSurvives(OwnMode mode) {
        KvmDevice.require();
        VmSpec spec = VmSpec.of("s", Accelerator.KVM, GuestLoad.of(10_000)).withMemory(256L << 20, Backing.PRIVATE);
        try (QemuVm s = QemuVm.start(spec);
                QemuVm d = QemuVm.start(spec.incoming("d"))) {
            s.awaitReady();
            s.awaitHeartbeats(50, PATIENCE);

            OwnResult result = QemuOwnMigration.run(s, d, LOOPBACK, mode, PATIENCE);
            d.awaitHeartbeats(300, PATIENCE);

            Continuity.of(s.log(), d.log()).assertUnbroken();
            assertSensible(result);
        }
    }

    private static void assertSensible(OwnResult result) {
        assertThat(result.downtimeMicros()).isPositive();
        assertThat(result.totalMillis() * 1000).isGreaterThan(result.downtimeMicros());
        assertThat(result.transferredBytes()).isGreaterThan(100L << 20);
        assertThat(result.rounds()).isPositive();
    }
}
