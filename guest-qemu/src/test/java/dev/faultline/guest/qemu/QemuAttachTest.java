package dev.faultline.guest.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.process.EngineUffds;
import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.proc.ProcessMaps;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is found of a real QEMU, and how it is left. */
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.MINOR_SHMEM})
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QemuAttachTest {
    @TempDir
    Path folder = Path.of("");

    private Qemu start(String... more) {
        return Qemu.start(folder, Qemu.machine(Qemu.file(folder), more));
    }

    private static String settings(Qemu qemu) {
        return qemu.watch().execute("query-migrate-capabilities") + " "
                + qemu.watch().execute("query-migrate-parameters");
    }

    @Test
    void aFileOfOneBackendIsFoundAndMapped() {
        try (Qemu qemu = start();
                QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
            assertThat(guest.processId()).isEqualTo(qemu.processId());
            assertThat(guest.regions()).hasSize(1);
            GuestRegion region = guest.regions().getFirst();
            assertThat(region.name()).isEqualTo("ram");
            assertThat(region.lengthBytes()).isEqualTo(64 << 20);
            assertThat(region.file().allocatedBytes()).isPositive(); // the firmware has run
            assertThat(guest.machine())
                    .contains("x86_64 pc-i440fx-7.2 on TCG, 1 x ", "-x86_64-cpu", "RAM [ram=67108864], devices []");
            assertThat(guest.state()).isEqualTo(GuestState.RUNNING);
            assertThat(guest.writesPinnedPages()).isFalse();
            assertThat(guest.findings()).isNotEmpty().noneMatch(Finding::isRefusal);
        }
    }

    /** What the injected calls do is judged by QEMU's own filter, as libvirt starts it. */
    @Test
    void aSandboxedQemuIsAttachedTo() {
        String sandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
        try (Qemu qemu = start("-sandbox", sandbox);
                QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
            GuestRegion ram = guest.regions().getFirst();
            guest.uffd(ram).register(ram.guestAddress(), ram.lengthBytes(), EnumSet.of(RegisterMode.WRITE_PROTECT));
            guest.uffd(ram).unregister(ram.guestAddress(), ram.lengthBytes());
            assertThat(guest.state()).isEqualTo(GuestState.RUNNING);
        }
    }

    @Test
    void twoNodesWithMemfdsAreTwoRegionsInTheOrderOfTheirNames() {
        List<String> arguments = new ArrayList<>(List.of("-m", "48M", "-smp", "2", "-device", "virtio-rng-pci"));
        for (String node : List.of("b,size=32M", "a,size=16M")) {
            arguments.addAll(List.of("-object", "memory-backend-memfd,share=on,id=ram-" + node));
            arguments.addAll(List.of("-numa", "node,memdev=ram-" + node.charAt(0)));
        }
        arguments.addAll(List.of("-object", "memory-backend-memfd,share=on,id=unused,size=16M"));
        try (Qemu qemu = Qemu.start(folder, arguments);
                QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
            assertThat(guest.regions()).extracting(GuestRegion::name).containsExactly("ram-a", "ram-b");
            assertThat(guest.regions()).extracting(GuestRegion::id).containsExactly(0, 1);
            assertThat(guest.regions()).extracting(GuestRegion::lengthBytes).containsExactly(16L << 20, 32L << 20);
            // The guest's first page, of node b, is in ram-b's file, and not in ram-a's, which starts at 32 MiB.
            assertThat(guest.regions().get(1).guestAddress()).isEqualTo(hostAddress(qemu, "0x0"));
            assertThat(guest.regions().get(0).guestAddress()).isEqualTo(hostAddress(qemu, "0x2000000"));
            assertThat(guest.machine()).contains("2 x ", "devices [virtio-rng-pci]");
            assertThat(guest.findings())
                    .anySatisfy(finding -> assertThat(finding.line()).contains("'unused' is not in use"));
        }
    }

    private static List<String> nodes(String... nodes) {
        List<String> arguments = new ArrayList<>(List.of("-m", "160M", "-smp", "3", "-incoming", "defer"));
        for (String node : nodes) {
            arguments.addAll(List.of("-object", "memory-backend-memfd,share=on,id=ram-" + node));
            arguments.addAll(List.of("-numa", "node,memdev=ram-" + node.charAt(0)));
        }
        return arguments;
    }

    /** And a small one shares the first's. */
    @Test
    void eachLargeRegionOfADestinationHasAUserfaultfdOfItsOwnAlsoForTheNextEngine() {
        try (Qemu qemu = Qemu.start(folder, nodes("a,size=64M", "b,size=32M", "c,size=64M"))) {
            Set<RegisterMode> modes = EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR);
            try (QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.DESTINATION)) {
                List<GuestRegion> regions = guest.regions();
                assertThat(EngineUffds.left(qemu.processId())).hasSize(2);
                assertThat(guest.uffd(regions.get(1))).isSameAs(guest.uffd(regions.get(0)));
                assertThat(guest.uffd(regions.get(2))).isNotSameAs(guest.uffd(regions.get(0)));
                for (GuestRegion region : regions) {
                    guest.uffd(region).register(region.guestAddress(), region.lengthBytes(), modes);
                }
            }
            assertThat(EngineUffds.left(qemu.processId())).hasSize(2);
            try (QemuGuest guest = QemuGuest.reattach(qemu.options(), QemuRole.DESTINATION)) {
                assertThat(guest.stoppedNanos()).isZero();
                for (GuestRegion region : guest.regions()) { // EBUSY or EINVAL, if it were another's
                    guest.uffd(region).register(region.guestAddress(), region.lengthBytes(), modes);
                    guest.uffd(region).unregister(region.guestAddress(), region.lengthBytes());
                }
            }
            assertThat(OpenUffd.of(qemu.processId())).isEmpty();
        }
    }

    private static long hostAddress(Qemu qemu, String guestAddress) {
        String answer = qemu.human("gpa2hva " + guestAddress).asString("").strip();
        return Long.parseLong(answer.substring(answer.lastIndexOf("0x") + 2), 16);
    }

    @Test
    void settingsAreAsBeforeAndTheUserfaultfdIsGone() {
        try (Qemu qemu = start()) {
            qemu.watch().execute("migrate-set-parameters", Json.object().put("max-bandwidth", 12345678));
            String before = settings(qemu);
            try (QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
                assertThat(settings(qemu)).isNotEqualTo(before);
                assertThat(guest.stoppedNanos()).isPositive();
                assertThat(EngineUffds.left(qemu.processId())).hasSize(1);
            }
            assertThat(settings(qemu)).isEqualTo(before);
            assertThat(OpenUffd.of(qemu.processId())).isEmpty();
            assertThat(qemu.runState()).isEqualTo("running");
        }
    }

    @Test
    void anInspectionChangesNothing() {
        try (Qemu qemu = start()) {
            String before = settings(qemu);
            List<Finding> findings = QemuGuest.inspect(qemu.options(), QemuRole.SOURCE);
            assertThat(findings).isNotEmpty().noneMatch(Finding::isRefusal);
            assertThat(settings(qemu)).isEqualTo(before);
            assertThat(OpenUffd.of(qemu.processId())).isEmpty();
            assertThat(QemuGuest.inspect(qemu.options(), QemuRole.DESTINATION)).anySatisfy(finding -> {
                assertThat(finding.isRefusal()).isTrue();
                assertThat(finding.line()).contains("does not wait for a migration", "-incoming defer");
            });
            assertThat(qemu.runState()).isEqualTo("running");
        }
    }

    @Test
    void aUserfaultfdWithARegistrationStaysAndIsTakenByTheNextEngine() {
        try (Qemu qemu = start()) {
            try (QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
                GuestRegion region = guest.regions().getFirst();
                guest.uffd(region).register(region.guestAddress(), 4 << 20, EnumSet.of(RegisterMode.WRITE_PROTECT));
            }
            List<OpenUffd> left = OpenUffd.of(qemu.processId());
            assertThat(left).hasSize(1);
            try (QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
                assertThat(guest.stoppedNanos()).isZero();
                assertThat(guest.findings())
                        .anySatisfy(finding -> assertThat(finding.line()).contains("earlier engine"));
                GuestRegion region = guest.regions().getFirst(); // whole, also while its mapping is split
                assertThat(region.lengthBytes()).isEqualTo(64 << 20);
                guest.uffd(region).unregister(region.guestAddress(), region.lengthBytes());
                assertThat(ProcessMaps.readWithFlags(qemu.processId())).noneMatch(MemoryMapping::isRegistered);
            }
            assertThat(OpenUffd.of(qemu.processId())).isEmpty();
        }
    }

    @Test
    void oneEngineAtATime() {
        try (Qemu qemu = start()) {
            QemuOptions other =
                    new QemuOptions(folder.resolve("watch").toString(), OptionalLong.empty(), 1_000_000_000L);
            try (QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
                qemu.watch().close();
                assertThat(guest.state()).isEqualTo(GuestState.RUNNING);
                assertThatExceptionOfType(GuestException.class)
                        .isThrownBy(() -> QemuGuest.attach(other, QemuRole.SOURCE))
                        .withMessageContaining("attached to QEMU process " + qemu.processId() + " already");
            }
            try (QemuGuest guest = QemuGuest.attach(other, QemuRole.SOURCE)) {
                assertThat(guest.uffd(guest.regions().getFirst())).isNotNull();
            }
        }
    }

    @Test
    void aProcessThatIsNotThisQemuIsRefused() {
        try (Qemu qemu = start()) {
            String socket = folder.resolve("engine").toString();
            QemuOptions wrong = new QemuOptions(
                    socket, OptionalLong.of(ProcessHandle.current().pid()), Qemu.TIMEOUT_NANOS);
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> QemuGuest.attach(wrong, QemuRole.SOURCE))
                    .withMessageContaining("is not the QEMU that answers");
            QemuOptions right = new QemuOptions(socket, OptionalLong.of(qemu.processId()), Qemu.TIMEOUT_NANOS);
            QemuGuest.attach(right, QemuRole.SOURCE).close();
        }
    }

    @Test
    void aQemuThatHasEndedIsLeftInPeace() {
        try (Qemu qemu = start()) {
            QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE);
            qemu.kill();
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(guest::state)
                    .withMessageContaining("QEMU has closed its QMP connection");
            guest.relinquish();
            guest.close();
        }
    }

    @Test
    void whatWritesIsTrackedAndDisksReadDirectlyAreTold() {
        List<String> arguments = new ArrayList<>(Qemu.machine(Qemu.file(folder)));
        arguments.addAll(BootProgram.disk(folder, ",cache.direct=on"));
        try (Qemu qemu = Qemu.start(folder, arguments);
                QemuGuest guest = QemuGuest.attach(qemu.options(), QemuRole.SOURCE)) {
            assertThat(guest.writesPinnedPages()).isTrue();
            GuestRegion region = guest.regions().getFirst();
            while (BootProgram.counter(region) < 3) {
                Qemu.nap();
            }
            guest.uffd(region)
                    .register(region.guestAddress(), region.lengthBytes(), EnumSet.of(RegisterMode.WRITE_PROTECT));
            guest.uffd(region).writeProtect(region.guestAddress(), region.lengthBytes(), true, 0);
            long[] writtenBytes = new long[1];
            guest.whileDrained(() -> {
                assertThat(qemu.runState()).isEqualTo("paused");
                BootProgram.verify(region);
            });
            assertThat(qemu.runState()).isEqualTo("running");
            int counter = BootProgram.counter(region);
            while (BootProgram.counter(region) < counter + 2) {
                Qemu.nap();
            }
            guest.pagemap()
                    .takeWritten(region.guestAddress(), region.lengthBytes(), (_, bytes) -> writtenBytes[0] += bytes);
            assertThat(writtenBytes[0]).isGreaterThanOrEqualTo(512 << 10);
            guest.uffd(region).unregister(region.guestAddress(), region.lengthBytes());
        }
    }
}
