package dev.faultline.migration.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMemoryTest {
    @TempDir
    private Path root;

    @BeforeEach
    void host() throws IOException {
        write("proc/meminfo", "MemTotal:       24000000 kB\nMemAvailable:    1000000 kB\nSwapFree: 5 kB\n");
        write("proc/self/cgroup", "4:memory:/old\n0::/machines/engine\n");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void withoutLimitsOnlyTheHostCounts() throws IOException {
        write("sys/fs/cgroup/machines/engine/memory.max", "max\n");
        HostMemory memory = HostMemory.read(root);
        assertThat(memory.availableBytes()).isEqualTo(1_000_000L << 10);
        assertThat(memory.cgroupBytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(memory.pools()).containsOnlyKeys(PageSize.SIZE_2M, PageSize.SIZE_1G);
    }

    /** The group above may have less left; what it caches of files can be had back. */
    @Test
    void theTightestGroupCounts() throws IOException {
        write("sys/fs/cgroup/machines/engine/memory.max", "9000\n");
        write("sys/fs/cgroup/machines/engine/memory.current", "1000\n");
        write("sys/fs/cgroup/machines/memory.max", "10000\n");
        write("sys/fs/cgroup/machines/memory.current", "7000\n");
        write("sys/fs/cgroup/machines/memory.stat", "anon 5000\ninactive_file 500\n");
        assertThat(HostMemory.read(root).cgroupBytes()).isEqualTo(3500);
    }

    @Test
    void aKernelThatDoesNotTellIsAnError() throws IOException {
        write("proc/meminfo", "MemTotal: 1 kB\n");
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> HostMemory.read(root))
                .withMessageContaining("has no MemAvailable:");
    }

    @Test
    void thisHostTells() {
        assertThat(HostMemory.read(Path.of("/")).availableBytes()).isPositive();
    }
}
