package dev.faultline.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchmarksTest {
    private static final String FILE = "# Benchmarks\n\n## One\n\nold\n\n## Two\n\nkept\n";

    @Test
    void aSectionIsReplacedWhereItStands() {
        assertThat(Benchmarks.replace(FILE, "One", "new\n"))
                .isEqualTo("# Benchmarks\n\n## One\n\nnew\n\n## Two\n\nkept\n");
    }

    @Test
    void aSectionIsAddedAtTheEnd() {
        assertThat(Benchmarks.replace(FILE, "Three", "new\n")).isEqualTo(FILE + "\n## Three\n\nnew\n");
    }
}
