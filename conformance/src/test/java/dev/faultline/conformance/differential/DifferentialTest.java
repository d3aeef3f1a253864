package dev.faultline.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A fixed share of what {@code ./dev differential} does at length, and each program that ever showed a difference. */
@RequiresUffd
@RequiresHugePages(Differential.HUGE_PAGES)
@Timeout(300)
class DifferentialTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 40;

    private static Differential differential;

    @BeforeAll
    static void start() {
        differential = new Differential();
    }

    @AfterAll
    static void stop() {
        differential.close();
    }

    @ParameterizedTest
    @FieldSource("dev.faultline.conformance.differential.Differential#KINDS")
    void kernelAndModelDoTheSame(String kind) {
        Budget budget = new Budget(1, SEEDS, STEPS, List.of(kind), System.nanoTime() + Long.MAX_VALUE);
        assertThat(differential.run(budget, _ -> {}).map(Difference::text)).isEmpty();
        Tally tally = Objects.requireNonNull(differential.tallies().get(kind));
        assertThat(tally.programs()).isEqualTo(SEEDS);
        assertThat(tally.steps()).isGreaterThan(SEEDS * STEPS / 2L);
    }

    @ParameterizedTest
    @MethodSource("regressions")
    void staysSettled(String name) throws IOException, URISyntaxException {
        String program = Files.readString(directory().resolve(name));
        assertThat(differential.replay(program).map(Difference::text)).isEmpty();
    }

    static List<String> regressions() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static Path directory() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(DifferentialTest.class.getResource("regressions"))
                .toURI());
    }
}
