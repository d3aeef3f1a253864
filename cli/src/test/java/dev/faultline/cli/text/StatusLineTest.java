package dev.faultline.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StatusLineTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void isRewrittenInPlaceOnATerminal() {
        try (StatusLine line = new StatusLine(new Terminal(stream, true), false)) {
            line.show(() -> "half way");
            assertThat(printed()).isEqualTo("\r\033[Khalf way");
        }
        assertThat(printed()).isEqualTo("\r\033[Khalf way\r\033[K");
    }

    @Test
    void isALineOfItsOwnElsewhere() {
        try (StatusLine line = new StatusLine(new Terminal(stream, false), false)) {
            line.show(() -> "half way");
            line.show(() -> "too soon for another");
        }
        assertThat(printed()).isEqualTo("half way\n");
    }

    @Test
    void canBeForTerminalsOnly() {
        try (StatusLine line = new StatusLine(new Terminal(stream, false), true)) {
            line.show(() -> "nobody watches");
        }
        assertThat(printed()).isEmpty();
    }

    @Test
    void neverWrapsATerminalsLine() {
        try (StatusLine line = new StatusLine(new Terminal(stream, true), false)) {
            line.show(() -> "x".repeat(200));
        }
        assertThat(printed()).contains("x".repeat(79)).doesNotContain("x".repeat(80));
    }
}
