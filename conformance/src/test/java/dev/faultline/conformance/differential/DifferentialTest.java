package dev.faultline.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.conformance.differential.Campaign.Budget;
import dev.faultline.conformance.kernel.KernelSubject;
import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.model.Defect;
import dev.faultline.model.Rules;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A fixed share of what {@code ./dev differential} does at length, and each program that ever showed a difference. */
@RequiresUffd
@RequiresHugePages(KernelSubject.HUGE_PAGES)
@Timeout(300)
class DifferentialTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 40;

    private static KernelSubject kernel;

    @BeforeAll
    static void start() {
        kernel = new KernelSubject(false);
    }

    @AfterAll
    static void stop() {
        kernel.close();
    }

    @ParameterizedTest
    @EnumSource
    void kernelAndModelDoTheSame(MemoryKind kind) {
        Campaign campaign = campaign();
        Budget budget = new Budget(1, SEEDS, STEPS, List.of(kind), Long.MAX_VALUE);
        assertThat(campaign.run(budget, (_, _) -> {}).map(Campaign.Difference::text))
                .isEmpty();
        assertThat(Objects.requireNonNull(campaign.tallies().get(kind)).steps()).isGreaterThan(SEEDS * STEPS / 2L);
    }

    @ParameterizedTest
    @MethodSource("regressions")
    void staySettled(Path regression) throws IOException {
        assertThat(campaign().replay(Files.readString(regression)).map(Campaign.Difference::text))
                .isEmpty();
    }

    static List<Path> regressions() throws IOException, URISyntaxException {
        Path directory = Path.of(Objects.requireNonNull(DifferentialTest.class.getResource("regressions"))
                .toURI());
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static Campaign campaign() {
        return new Campaign(kernel, seed -> new ModelSubject(Rules.MAINLINE, Defect.NONE, seed));
    }
}
