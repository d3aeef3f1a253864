package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The demo on the model, asked for and as the way out where the kernel's userfaultfd cannot be had. */
class ModelDemoIT {
    private static final List<String> SMALL = List.of("--memory", "64M", "--working-set", "16M", "--cold-set", "8M");

    @ParameterizedTest
    @CsvSource({"precopy, 4K", "postcopy, 4K", "hybrid, 4K", "hybrid, 2M"})
    void theGuestFindsEveryPageRight(String mode, String pageSize) {
        Faultline demo = onModel("--mode", mode, "--page-size", pageSize, "--vcpus", "2");
        assertGood(demo);
        assertThat(demo.err()).isEmpty();
        assertThat(demo.json().at("/guestOnSource/machineReason").asString()).contains("model");
    }

    @Test
    void bothMemoriesAreEqual() {
        Faultline demo = onModel("--compare");
        assertGood(demo);
        assertThat(demo.json().at("/comparison/comparedBytes").asLong()).isEqualTo(64 << 20);
        assertThat(demo.json().at("/comparison/differingBytes").asLong(-1)).isZero();
    }

    /**
     * The guest notices on the model what it notices on the kernel: its loads and stores go through the model. A guest so
     * fast that every page is dirty at the last scan would have all of them sent after the pause, and miss no scan.
     */
    @ParameterizedTest
    @CsvSource({"write-after-map, postcopy, max", "skip-final-scan, precopy, 50000"})
    void aBrokenEngineIsCaught(String testSwitch, String mode, String writeRate) {
        Faultline demo = onModel("--mode", mode, "--test-switch", testSwitch, "--write-rate", writeRate);
        assertThat(demo.exitCode()).as(demo.toString()).isEqualTo(1);
        assertThat(demo.json().path("corruptions").asLong()).isPositive();
    }

    @Test
    void kvmAndTheModelExcludeEachOther() {
        Faultline demo = onModel("--machine", "kvm");
        assertThat(demo.exitCode()).isEqualTo(1);
        assertThat(demo.err()).contains("'--memory-backend kernel'");
    }

    /** As on a host that gives no userfaultfd: the device cannot be opened, and no capability helps. */
    @Test
    void withoutTheKernelsItFallsBackAndSaysSo(@TempDir Path folder) throws IOException {
        assumeTrue(Processes.isRoot(), "only root can take a device away from a command");
        assumeTrue(
                Files.readString(Path.of("/proc/sys/vm/unprivileged_userfaultfd"))
                        .startsWith("0"),
                "vm.unprivileged_userfaultfd permits it to everybody");
        Path sealed = Files.createFile(folder.resolve("sealed"));
        Files.setPosixFilePermissions(sealed, Set.of());
        Faultline demo = Faultline.runIn(
                List.of(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "if [ -e /dev/userfaultfd ]; then mount --bind \"$0\" /dev/userfaultfd; fi;"
                                + " exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"",
                        sealed.toString()),
                List.of(arguments(List.of())));
        assertGood(demo);
        assertThat(demo.err())
                .startsWith("The demo runs on the model: userfaultfd")
                .contains("EPERM")
                .contains("vm.unprivileged_userfaultfd=1");
        assertThat(demo.json().path("memoryBackendReason").asString()).contains("EPERM");
    }

    private static void assertGood(Faultline demo) {
        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        JsonNode result = demo.json();
        assertThat(result.path("ok").asBoolean()).isTrue();
        assertThat(result.path("memoryBackend").asString()).isEqualTo("model");
        assertThat(result.path("corruptions").asLong(-1)).isZero();
        assertThat(result.path("verifiedOnDestination").asLong()).isPositive();
    }

    private static Faultline onModel(String... options) {
        return Faultline.run(arguments(List.of("--memory-backend", "model"), options));
    }

    private static String[] arguments(List<String> first, String... more) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--json"));
        arguments.addAll(first);
        arguments.addAll(SMALL);
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }
}
