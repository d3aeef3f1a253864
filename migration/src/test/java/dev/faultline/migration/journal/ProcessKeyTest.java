package dev.faultline.migration.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessKeyTest {
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    @Test
    void theProcessIsKilled() throws Exception {
        Process process = new ProcessBuilder("sleep", "600").start();
        try {
            ProcessKey key = ProcessKey.of(process.pid());
            assertThat(key.isAlive()).isTrue();
            assertThat(key.kill(PATIENCE_NANOS)).isTrue();
            assertThat(process.waitFor()).isEqualTo(128 + 9);
            assertThat(key.kill(PATIENCE_NANOS)).as("it has ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** A process that has got the number since is another one. */
    @Test
    void anotherProcessOfThatNumberIsLeftAlone() throws IOException {
        Process process = new ProcessBuilder("sleep", "600").start();
        try {
            ProcessKey now = ProcessKey.of(process.pid());
            ProcessKey before = new ProcessKey(now.processId(), now.beganMillis() - 10_000);
            assertThat(before.kill(PATIENCE_NANOS)).isTrue();
            assertThat(now.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
