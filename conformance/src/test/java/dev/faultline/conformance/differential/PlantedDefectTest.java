package dev.faultline.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.model.Defect;
import dev.faultline.model.Rules;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The model with a fault, held against the model without: that needs no userfaultfd, and no luck. */
@Timeout(120)
class PlantedDefectTest {
    private static final int SEEDS = 2_000;
    private static final int STEPS = 40;
    private static final int SHORT = 8;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void isFoundAndShownByAShortProgram(Defect defect) {
        Optional<Difference> difference = search(defect, SEEDS);
        assertThat(difference).isPresent();
        assertThat(difference.orElseThrow().steps())
                .as(difference.orElseThrow().text())
                .isLessThanOrEqualTo(SHORT);
    }

    @Test
    void whereThereIsNoneNoneIsFound() {
        assertThat(search(Defect.NONE, 30)).isEmpty();
    }

    private static Optional<Difference> search(Defect defect, int seeds) {
        Campaign campaign = new Campaign(model(Defect.NONE, 77), seed -> model(defect, seed));
        long never = System.nanoTime() + Long.MAX_VALUE;
        return campaign.run(new Budget(1, seeds, STEPS, List.of("anon", "shmem"), never), _ -> {});
    }

    private static ModelSubject model(Defect defect, long seed) {
        return new ModelSubject(Rules.MAINLINE, defect, seed);
    }
}
