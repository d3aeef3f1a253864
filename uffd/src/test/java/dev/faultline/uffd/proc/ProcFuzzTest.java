package dev.faultline.uffd.proc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.fuzz.Fuzz;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What /proc says of other processes: they choose their names and paths, and kernels differ. */
class ProcFuzzTest {
    private static final String[] WORDS = {
        "-1",
        "0",
        "ffffffffffffffff",
        "10000000000000000",
        "18446744073709551615",
        "18446744073709551616",
        " ",
        ")",
        ") ",
        "\n",
        "rw-s",
        "VmFlags:",
        "VmFlags: ",
        "um",
        "/memfd:ram (deleted)",
        "[vdso]",
        "VmPin:",
        "VmPin:\t",
        "API:",
        "API:\t",
        ":"
    };

    /** As {@link ProcFile#lines} cuts them. */
    private static List<String> lines(byte[] input) {
        return new String(input, StandardCharsets.ISO_8859_1).lines().toList();
    }

    @Test
    void mapsAndSmaps() {
        Fuzz.target("process-maps")
                .withWords(WORDS)
                .expecting(IllegalStateException.class)
                .run(input -> {
                    List<MemoryMapping> found = ProcessMaps.parse(lines(input));
                    List<MemoryMapping> merged = ProcessMaps.merge(found);
                    assertThat(merged.size()).isLessThanOrEqualTo(found.size());
                    assertThat(bytes(merged)).isEqualTo(bytes(found));
                });
    }

    private static long bytes(List<MemoryMapping> mappings) {
        return mappings.stream().mapToLong(MemoryMapping::lengthBytes).sum();
    }

    @Test
    void stat() {
        Fuzz.target("process-stat")
                .withWords(WORDS)
                .expecting(IllegalStateException.class)
                .run(input -> assertThat(ProcessStatus.fields(String.join("\n", lines(input))))
                        .hasSizeGreaterThan(19));
    }

    @Test
    void status() {
        Fuzz.target("process-status")
                .withWords(WORDS)
                .expecting(IllegalStateException.class)
                .run(input -> ProcessStatus.pinnedBytes(lines(input)));
    }

    @Test
    void fdinfoOfAUserfaultfd() {
        Fuzz.target("open-uffd")
                .withWords(WORDS)
                .expecting(IllegalStateException.class)
                .run(input ->
                        assertThat(OpenUffd.features(lines(input)) >>> 31 & 1).isZero());
    }
}
