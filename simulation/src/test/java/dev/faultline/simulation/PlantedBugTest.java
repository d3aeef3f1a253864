package dev.faultline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.simulation.planted.PlantedBug;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class PlantedBugTest {
    private static final int SEEDS = 2_000;

    @ParameterizedTest
    @EnumSource(PlantedBug.class)
    void isFound(PlantedBug bug) throws InterruptedException {
        Tally tally = new Campaign(1, SEEDS, bug.plant(), 1).run(2, _ -> {});
        assertThat(tally.found()).isNotEmpty();
    }
}
