package dev.faultline.conformance.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faultline.uffd.os.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SwapDeviceTest {
    private static final Path CONTROL = Path.of("/sys/class/zram-control");
    private static final Path SWAPS = Path.of("/proc/swaps");

    @Test
    void isTakenAwayAgain() {
        assumeTrue(Files.exists(CONTROL) && Processes.isRoot(), "swap can be had");
        String path;
        try (SwapDevice device = SwapDevice.attach().orElseThrow()) {
            path = device.path();
            assertThat(SWAPS).content().contains(path + " ");
        }
        assertThat(SWAPS).content().doesNotContain(path + " ");
        assertThat(Path.of(path)).doesNotExist();
    }
}
