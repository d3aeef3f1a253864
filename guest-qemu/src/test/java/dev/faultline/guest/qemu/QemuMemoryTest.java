package dev.faultline.guest.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.qemu.inspection.QemuRole;
import dev.faultline.guest.qemu.qmp.Json;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.rate.MemoryArea;
import dev.faultline.migration.rate.WriteMeter;
import dev.faultline.migration.rate.WriteSample;
import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.proc.OpenUffd;
import dev.faultline.uffd.remote.RemoteProcess;
import dev.faultline.uffd.remote.RemoteUffd;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watching a real QEMU, and leaving it as it was. */
@RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.WP_HUGETLBFS_SHMEM, KernelFeature.MINOR_SHMEM})
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QemuMemoryTest {
    private static final long LOAD_BYTES = 512 << 10;

    @TempDir
    Path folder = Path.of("");

    private static String settings(Qemu qemu) {
        return qemu.watch().execute("query-migrate-capabilities") + " "
                + qemu.watch().execute("query-migrate-parameters");
    }

    @Test
    void itIsWatchedWithNothingOfItChangedAndNoEngineMeanwhile() {
        List<String> arguments = Qemu.machine(Qemu.file(folder));
        arguments.addAll(BootProgram.disk(folder, ""));
        try (Qemu qemu = Qemu.start(folder, arguments)) {
            String before = settings(qemu);
            try (QemuMemory memory = QemuMemory.find(qemu.options());
                    WriteMeter meter = WriteMeter.begin(memory.processId(), memory.areas(), QemuMemory.features())) {
                assertThat(memory.processId()).isEqualTo(qemu.processId());
                MemoryArea area = memory.areas().getFirst();
                assertThat(area.name()).isEqualTo("ram " + Qemu.ramFile(folder));
                assertThat(area.lengthBytes()).isEqualTo(64 << 20);
                assertThat(area.pageSize()).isEqualTo(PageSize.SIZE_4K);
                WriteSample sample = meter.sample();
                while (sample.totalBytes() < LOAD_BYTES) {
                    Qemu.nap();
                    sample = meter.sample();
                }
                assertThat(settings(qemu)).isEqualTo(before);
                assertThatExceptionOfType(GuestException.class)
                        .isThrownBy(() -> QemuGuest.attach(qemu.options(), QemuRole.SOURCE))
                        .withMessageContaining("is attached to QEMU process " + qemu.processId());
            }
            assertThat(OpenUffd.of(qemu.processId())).isEmpty();
            assertThat(settings(qemu)).isEqualTo(before);
            assertThat(qemu.runState()).isEqualTo("running");
            QemuGuest.attach(qemu.options(), QemuRole.SOURCE).close();
        }
    }

    private static void assertRefused(Qemu qemu, String... words) {
        for (int i = 0; i < 2; i++) { // the second time would find what the first had left
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> QemuMemory.find(qemu.options()))
                    .satisfies(e -> assertThat(e.getMessage())
                            .startsWith("What this QEMU's guest writes cannot be watched")
                            .contains(words));
        }
    }

    @Test
    void memoryThatIsPrivate() {
        try (Qemu qemu = Qemu.start(folder, List.of("-m", "64M"))) {
            assertRefused(qemu, "'pc.ram' is private to QEMU", "share=on");
        }
    }

    @Test
    void memoryThatIsRegistered() {
        try (Qemu qemu = Qemu.start(folder, Qemu.machine(Qemu.file(folder)))) {
            MemoryArea.Range range;
            try (QemuMemory memory = QemuMemory.find(qemu.options())) {
                range = memory.areas().getFirst().ranges().getFirst();
            }
            RemoteUffd uffd = RemoteProcess.of(qemu.processId()).openUffd(QemuMemory.features());
            uffd.uffd().register(range.address(), range.lengthBytes(), EnumSet.of(RegisterMode.MINOR));
            assertRefused(qemu, "a userfaultfd has " + Qemu.ramFile(folder));
            uffd.uffd().unregister(range.address(), range.lengthBytes());
            uffd.uffd().close();
        }
    }

    @Test
    void aMigrationThatIsUnderWay() {
        String nobodyReads = folder.resolve("out").toString();
        try (UnixListener _ = UnixListener.listen(nobodyReads);
                Qemu qemu = Qemu.start(folder, Qemu.machine(Qemu.file(folder)))) {
            qemu.watch().execute("migrate", Json.object().put("uri", "unix:" + nobodyReads));
            assertRefused(qemu, "migration: one is under way");
        }
    }
}
