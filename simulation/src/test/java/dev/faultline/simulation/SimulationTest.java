package dev.faultline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.simulation.planted.Plant;
import dev.faultline.simulation.scenario.Ending;
import dev.faultline.simulation.scenario.FaultKind;
import dev.faultline.simulation.scenario.Outcome;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SimulationTest {
    private static final int MIGRATIONS = 1_000;
    private static final int TWICE = 50;

    @Test
    void aThousandMigrationsBreakNoRule() throws InterruptedException {
        Tally tally = new Campaign(1, MIGRATIONS, new Plant(), 1).run(2, _ -> {});
        assertThat(tally.found()).isEmpty();
        assertThat(tally.migrations()).isEqualTo(MIGRATIONS);
        // It would prove little if they all ended alike, or nothing had gone wrong.
        assertThat(tally.endings().get(Ending.MOVED)).isGreaterThan(MIGRATIONS / 4);
        assertThat(tally.endings().get(Ending.STAYED)).isGreaterThan(MIGRATIONS / 10);
        assertThat(tally.resumes().keySet()).contains(0, 1, 2, 3);
        assertThat(tally.faults().keySet()).containsExactly(FaultKind.values());
    }

    @Test
    void theSameSeedGoesTheSameWay() throws IOException {
        try (Simulation simulation = new Simulation()) {
            for (long seed = 0; seed < TWICE; seed++) {
                Outcome first = simulation.run(seed, new Plant(), false);
                Outcome second = simulation.run(seed, new Plant(), false);
                assertThat(second.events()).as("seed %d", seed).isEqualTo(first.events());
                assertThat(second.hash()).as("seed %d", seed).isEqualTo(first.hash());
                assertThat(second.steps()).isEqualTo(first.steps());
            }
        }
    }

    @Test
    void aReplayGoesTheSameWayAndTellsMore() throws IOException {
        try (Simulation simulation = new Simulation()) {
            Outcome outcome = simulation.run(3, new Plant(), false);
            Outcome replay = simulation.run(3, new Plant(), true);
            assertThat(replay.hash()).isEqualTo(outcome.hash());
            assertThat(replay.events())
                    .containsAll(outcome.events())
                    .hasSizeGreaterThan(outcome.events().size());
        }
    }
}
