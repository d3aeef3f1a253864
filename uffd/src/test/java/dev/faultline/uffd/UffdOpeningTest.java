package dev.faultline.uffd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.RequiresUffd;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@RequiresUffd
class UffdOpeningTest {

    @Test
    void oneOfThemWorksWhereAUserfaultfdCanBeHad() {
        assertThat(UffdOpening.values()).anyMatch(opening -> opening.problem().isEmpty());
    }

    @Test
    void aProblemIsTheNameOfAnError() {
        for (UffdOpening opening : UffdOpening.values()) {
            Optional<String> problem = opening.problem();
            problem.ifPresent(name -> assertThat(name).startsWith("E"));
        }
    }
}
