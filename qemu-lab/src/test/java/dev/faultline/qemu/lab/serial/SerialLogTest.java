package dev.faultline.qemu.lab.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.qemu.lab.host.LabException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SerialLogTest {
    @TempDir
    private Path directory = Path.of(".");

    @Test
    void linesAreReadAndTheRestIsKept() {
        SerialLog log =
                SerialLog.of("s", "noise\r\nREADY\r\nHB 1 2 3 4 5 6 7\r\nHB 1 2 3\r\nCORRUPT cold page 1\r\nHB 2 3");

        assertThat(log.ready()).isTrue();
        assertThat(log.heartbeats()).containsExactly(new Heartbeat(1, 2, 3, 4, 5, 6, 7, SerialLine.UNKNOWN));
        assertThat(log.corruptions()).containsExactly("CORRUPT cold page 1");
        assertThat(log.unfinished()).isEqualTo("HB 2 3");
    }

    @Test
    void fileIsFollowedAndReadToItsEnd() throws Exception {
        Path file = Files.writeString(directory.resolve("serial"), "READY\nHB 1 1 1 1");
        try (SerialTail tail = SerialTail.of("s", file)) {
            assertThat(tail.await(Duration.ofSeconds(10), SerialLog::ready).heartbeats())
                    .isEmpty();
            long beforeNanos = System.nanoTime();
            append(file, " 1 0 0\n");

            SerialLog log =
                    tail.await(Duration.ofSeconds(10), now -> !now.heartbeats().isEmpty());

            assertThat(log.heartbeats().getFirst().arrivalNanos()).isBetween(beforeNanos, System.nanoTime());
        }
    }

    @Test
    void endReadsWhatCameLast() throws Exception {
        Path file = Files.writeString(directory.resolve("serial"), "READY\n");
        SerialTail tail = SerialTail.of("s", file);
        append(file, "HB 1 1 1 1 1 0 0\n".repeat(50_000));
        tail.close();

        assertThat(tail.log().heartbeats()).hasSize(50_000);
    }

    @Test
    void whatDoesNotComeIsSaidWithWhatCame() throws Exception {
        Path file = Files.writeString(directory.resolve("serial"), "Kernel panic\n");
        try (SerialTail tail = SerialTail.of("s", file)) {
            assertThatThrownBy(() -> tail.awaitHeartbeats(1, Duration.ofMillis(100)))
                    .isInstanceOf(LabException.class)
                    .hasMessageContaining("Kernel panic");
        }
    }

    private static void append(Path file, String text) throws Exception {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
