package dev.faultline.cli.rate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateTextTest {
    @Test
    void namesOfFilesGiveNoOrdersToTheTerminal() {
        assertThat(RateText.printable("/memfd:\033[2Jx\u009b")).isEqualTo("/memfd:?[2Jx?");
    }
}
