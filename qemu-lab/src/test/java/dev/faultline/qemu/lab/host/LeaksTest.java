package dev.faultline.qemu.lab.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaksTest {
    @TempDir
    private Path directory = Path.of(".");

    @Test
    void processIsFoundUntilItEnds() throws Exception {
        Leaks leaks = Leaks.begin();
        Process process = new ProcessBuilder("sleep", "600").start();
        try {
            assertThat(leaks.found()).anyMatch(leak -> leak.startsWith("process " + process.pid()));
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        process.getInputStream().close();
        process.getErrorStream().close();
        process.getOutputStream().close();
        leaks.assertNone();
    }

    @Test
    void descriptorAndTemporaryFileAreFound() throws Exception {
        Leaks leaks = Leaks.begin();
        Path file = Files.createTempFile(LabNames.prefix(), ".leak");
        try (FileChannel _ = FileChannel.open(file)) {
            assertThat(leaks.found()).containsExactlyInAnyOrder("file " + file, "descriptor 1 of " + file);
        }
        Files.delete(file);
        leaks.assertNone();
    }

    @Test
    void mountAndNamespaceAreFound() throws Exception {
        LabHost.requireNamespaces();
        Leaks leaks = Leaks.begin();
        String name = LabNames.prefix() + "leak";
        Path mount = Files.createDirectory(directory.resolve(name));
        Command.run("ip", "netns", "add", name);
        Command.run("mount", "-t", "tmpfs", "none", mount.toString());
        try {
            assertThat(leaks.found())
                    .contains("namespace " + name)
                    .anyMatch(leak -> leak.startsWith("mount none " + mount));
        } finally {
            Command.run("umount", mount.toString());
            Command.run("ip", "netns", "delete", name);
        }
        leaks.assertNone();
    }
}
