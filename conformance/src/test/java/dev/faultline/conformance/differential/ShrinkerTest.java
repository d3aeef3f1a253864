package dev.faultline.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.conformance.subject.MemoryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class ShrinkerTest {
    private static final Program LONG = withNeedles(Generator.program(7, MemoryKind.SHMEM, 60));

    /** Registers page 3, as one of several, and loads it twenty steps later. */
    private static Program withNeedles(Program program) {
        List<Step> steps = new ArrayList<>(program.steps());
        steps.add(20, new Step.Register(0, 1, 6, 7));
        steps.add(40, new Step.Load(1, 3));
        return program.withSteps(steps);
    }

    /** Whether page 3 is registered for minor faults, and later loaded by thread 1. */
    private static boolean shows(Program program) {
        boolean registered = false;
        for (Step step : program.steps()) {
            registered |= step instanceof Step.Register(var _, int page, int pages, long modes)
                    && page <= 3
                    && 3 < page + pages
                    && (modes & 4) != 0;
            if (registered && step.equals(new Step.Load(1, 3))) {
                return true;
            }
        }
        return false;
    }

    @Test
    void leavesOutEveryStepThatIsNotNeeded() {
        Program shortest = new Shrinker(ShrinkerTest::shows).shrink(LONG);
        assertThat(shortest.steps())
                .satisfiesExactly(
                        step -> assertThat(step).isInstanceOfSatisfying(Step.Register.class, register -> {
                            assertThat(register.page()).isEqualTo(3);
                            assertThat(register.pages()).isEqualTo(1);
                            assertThat(register.modes()).isEqualTo(4);
                        }),
                        step -> assertThat(step).isEqualTo(new Step.Load(1, 3)));
    }

    @Test
    void givesTheSameEachTime() {
        Shrinker shrinker = new Shrinker(ShrinkerTest::shows);
        assertThat(shrinker.shrink(LONG)).isEqualTo(shrinker.shrink(LONG));
    }

    @Test
    void takesStepsOutOfARace() {
        Step load = new Step.Load(0, 1);
        Step race = new Step.Race(50, List.of(new Step.Load(1, 2), load, new Step.Wake(0, 1, 2)));
        Predicate<Program> shows = program -> program.steps().stream()
                .anyMatch(step -> step.equals(load)
                        || (step instanceof Step.Race racing && racing.steps().contains(load)));
        Program shortest = new Shrinker(shows).shrink(new Program(MemoryKind.ANON, 8, 2, List.of(race)));
        assertThat(shortest.steps()).containsExactly(load);
    }

    @Test
    void leavesAProgramAloneThatShowsNothing() {
        assertThat(new Shrinker(_ -> false).shrink(LONG)).isEqualTo(LONG);
    }

    @Test
    void knowsThatTheEmptyProgramShowsIt() {
        assertThat(new Shrinker(_ -> true).shrink(LONG).steps()).isEmpty();
    }
}
