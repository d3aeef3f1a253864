package dev.faultline.guest.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.testing.Skipping;
import dev.faultline.uffd.proc.ProcessStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLockTest {
    private static final long SELF = ProcessHandle.current().pid();
    private static final long SINCE = ProcessStatus.startTimeTicks(SELF);

    @TempDir
    Path folder = Path.of("");

    @Test
    void oneAtATimeForEachProcess() {
        try (ProcessLock _ = ProcessLock.take(folder, SELF, SINCE)) {
            for (int i = 0; i < 2; i++) { // and a try that fails takes nothing away
                assertThatExceptionOfType(GuestException.class)
                        .isThrownBy(() -> ProcessLock.take(folder, SELF, SINCE))
                        .withMessageContaining("engine of process " + SELF + " is attached to QEMU process " + SELF);
            }
            ProcessLock.take(folder, 1, 77).close();
        }
        ProcessLock.take(folder, SELF, SINCE).close();
    }

    @Test
    void anotherProcessHasItUntilItEnds() throws IOException, InterruptedException {
        if (!Files.isExecutable(Path.of("/usr/bin/perl"))) {
            Skipping.skip("needs perl");
        }
        ProcessLock.take(folder, SELF, SINCE).close();
        Path file = folder.resolve("qemu-" + SELF + "-" + SINCE + ".lock");
        Path held = folder.resolve("held");
        String program = "use Fcntl; open(F, '+<', $ARGV[0]); $l = pack('s s x![8] q q l x4', F_WRLCK, 0, 0, 0, 0);"
                + " fcntl(F, F_SETLK, $l) or die; open(H, '>', $ARGV[1]); close H; sleep 100";
        Process other = new ProcessBuilder("perl", "-e", program, file.toString(), held.toString()).start();
        try {
            while (!Files.exists(held)) {
                Thread.sleep(5);
                assertThat(other.isAlive()).isTrue();
            }
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> ProcessLock.take(folder, SELF, SINCE))
                    .withMessageContaining("is attached");
        } finally {
            other.destroyForcibly();
        }
        assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
        ProcessLock.take(folder, SELF, SINCE).close();
    }

    @Test
    void filesOfProcessesThatHaveEndedAreRemoved() throws IOException {
        Path old = Files.createFile(folder.resolve("qemu-999999999-1.lock"));
        Path reused = Files.createFile(folder.resolve("qemu-" + SELF + "-1.lock"));
        Path other = Files.createFile(folder.resolve("qemu-x-y.lock"));
        ProcessLock.take(folder, SELF, SINCE).close();
        assertThat(old).doesNotExist();
        assertThat(reused).doesNotExist();
        assertThat(other).exists();
        assertThat(folder.resolve("qemu-" + SELF + "-" + SINCE + ".lock")).exists();
    }
}
