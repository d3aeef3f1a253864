package dev.faultline.guest.qemu.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.qemu.inspection.Finding;
import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.machine.MemoryBackend;
import dev.faultline.guest.qemu.machine.QemuMonitor;
import dev.faultline.guest.qemu.machine.QemuVersion;
import dev.faultline.guest.qemu.machine.RamArea;
import dev.faultline.guest.qemu.machine.RamBlock;
import dev.faultline.guest.qemu.machine.RamLayout;
import dev.faultline.guest.qemu.qmp.FakeQemu;
import dev.faultline.guest.qemu.qmp.QmpClient;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.ProcessMaps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What this machine cannot have: other devices, and other versions of QEMU. What they say is scripted. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnseenWritersTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long LENGTH_BYTES = 1 << 20;

    private final Map<String, String> answers = new HashMap<>(Map.of(
            "qom-list", "[]",
            "query-named-block-nodes", "[]",
            "human-monitor-command", "\"\"",
            "query-memory-size-summary", "{\"base-memory\": " + LENGTH_BYTES + "}",
            "query-status", "{\"status\": \"running\"}",
            "query-migrate", "{}"));

    private List<Finding> look(Function<Subject, List<Finding>> check, int major, int minor, RamLayout ram) {
        try (FakeQemu qemu = new FakeQemu((fake, command, id) -> fake.give(id, answers.getOrDefault(command, "{}")));
                QmpClient client = QmpClient.connect(qemu.name, LIMIT_NANOS)) {
            QemuMonitor monitor = new QemuMonitor(client);
            long self = ProcessHandle.current().pid();
            return check.apply(new Subject(monitor, new QemuVersion(major, minor), self, QemuRole.SOURCE, ram));
        }
    }

    private static RamLayout noMemory() {
        return new RamLayout(List.of(), List.of(), List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vfio-pci",
                "x-vfio-user-server",
                "vhost-user-fs-pci",
                "vhost-user-blk-pci",
                "vhost-vdpa-device-pci",
                "virtio-balloon-device",
                "hv-balloon",
                "virtio-mem-pci",
                "pvrdma",
                "sev-guest"
            })
    void devicesThatReachMemoryUnseenAreRefused(String type) {
        answers.put("qom-list", "[{\"name\": \"d0\", \"type\": \"child<" + type + ">\"}]");
        assertThat(look(DeviceCheck::look, 7, 2, noMemory())).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.isRefusal()).isTrue();
            assertThat(finding.line()).contains("'d0' is a " + type);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"virtio-net-pci", "virtio-blk-pci", "vhost-scsi-pci", "memory-backend-file", "isa-debugcon"})
    void otherDevicesAreNot(String type) {
        answers.put("qom-list", "[{\"name\": \"d0\", \"type\": \"child<" + type + ">\"}]");
        assertThat(look(DeviceCheck::look, 7, 2, noMemory())).noneMatch(Finding::isRefusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nvme", "io_uring", "virtio-blk-vfio-pci", "virtio-blk-vhost-user"})
    void disksThatReachMemoryUnseenAreRefused(String driver) {
        answers.put("query-named-block-nodes", "[{\"drv\": \"" + driver + "\", \"cache\": {\"direct\": true}}]");
        assertThat(look(BackendCheck::look, 8, 0, noMemory()))
                .anySatisfy(finding -> assertThat(finding.isRefusal()).isTrue())
                .anySatisfy(finding -> assertThat(finding.line()).contains("O_DIRECT"));
    }

    @Test
    void whatQemuRefusesItselfIsPassedOn() {
        answers.put("query-migrate", "{\"blocked\": true, \"blocked-reasons\": [\"The nvme device says no\"]}");
        assertThat(look(StateCheck::look, 7, 2, noMemory()))
                .filteredOn(Finding::isRefusal)
                .extracting(Finding::line)
                .containsExactly("devices: QEMU itself refuses: The nvme device says no");
    }

    @ParameterizedTest
    @ValueSource(strings = {"io-error", "guest-panicked", "finish-migrate", "postmigrate", "inmigrate"})
    void aMachineInAnotherStateIsNoSource(String state) {
        answers.put("query-status", "{\"status\": \"" + state + "\"}");
        assertThat(look(StateCheck::look, 7, 2, noMemory()))
                .filteredOn(Finding::isRefusal)
                .hasSize(1)
                .allSatisfy(finding -> assertThat(finding.line()).contains(state));
    }

    @Test
    void aMemfdIsRefusedWhereQemuMigratesItItself() {
        try (Memfd file = Memfd.create("ram", LENGTH_BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest()) {
            RamLayout memfd = layout("memory-backend-memfd", guest.address());
            assertThat(look(MemoryCheck::look, 8, 0, memfd)).noneMatch(Finding::isRefusal);
            assertThat(look(MemoryCheck::look, 8, 1, memfd))
                    .filteredOn(Finding::isRefusal)
                    .hasSize(1)
                    .allSatisfy(finding -> assertThat(finding.line()).contains("memory-backend-memfd", "since 8.1"));
            assertThat(look(MemoryCheck::look, 10, 0, layout("memory-backend-file", guest.address())))
                    .noneMatch(Finding::isRefusal);
        }
    }

    @Test
    void memoryThatWasNotFoundIsRefused() {
        try (Memfd file = Memfd.create("ram", LENGTH_BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest()) {
            answers.put(
                    "query-memory-size-summary", "{\"base-memory\": " + LENGTH_BYTES + ", \"plugged-memory\": 4096}");
            assertThat(look(MemoryCheck::look, 7, 2, layout("memory-backend-file", guest.address())))
                    .filteredOn(Finding::isRefusal)
                    .hasSize(1)
                    .allSatisfy(finding -> assertThat(finding.line()).contains("of which 1048576 were found"));
        }
    }

    private static RamLayout layout(String type, long address) {
        MemoryMapping mapping = ProcessMaps.read(ProcessHandle.current().pid()).stream()
                .filter(candidate -> candidate.contains(address))
                .findFirst()
                .orElseThrow();
        MemoryBackend backend = new MemoryBackend("ram", type, true, LENGTH_BYTES);
        RamArea area = new RamArea(backend, new RamBlock("ram", LENGTH_BYTES), Optional.of(mapping));
        return new RamLayout(List.of(area), List.of(), List.of());
    }
}
