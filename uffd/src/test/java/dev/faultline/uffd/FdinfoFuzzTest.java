package dev.faultline.uffd;

import dev.faultline.testing.fuzz.Fuzz;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FdinfoFuzzTest {
    @Test
    void theBacklogOfAUserfaultfd() {
        Fuzz.target("fdinfo")
                .withWords("pending:", "total:", "\t", "-1", "9223372036854775808")
                .expecting(IllegalStateException.class)
                .run(input -> Fdinfo.parse(
                        new String(input, StandardCharsets.UTF_8).lines().toList()));
    }
}
