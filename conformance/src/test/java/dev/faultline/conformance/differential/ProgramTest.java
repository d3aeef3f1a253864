package dev.faultline.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.conformance.subject.MemoryKind;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramTest {
    private static final int SEEDS = 200;
    private static final int STEPS = 40;

    @ParameterizedTest
    @EnumSource
    void readsWhatItWrites(MemoryKind kind) {
        for (long seed = 0; seed < SEEDS; seed++) {
            Program program = Generator.program(seed, kind, STEPS);
            assertThat(Program.parse(program.text())).isEqualTo(program);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSeedGivesOneProgramAndAnotherSeedAnother(MemoryKind kind) {
        Set<Program> programs = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            Program program = Generator.program(seed, kind, STEPS);
            assertThat(Generator.program(seed, kind, STEPS)).isEqualTo(program);
            programs.add(program);
        }
        assertThat(programs).hasSize(SEEDS);
    }

    @Test
    void everySortOfStepIsMade() {
        Set<String> made = new HashSet<>();
        for (MemoryKind kind : MemoryKind.values()) {
            for (long seed = 0; seed < SEEDS; seed++) {
                Generator.program(seed, kind, STEPS).steps().forEach(step -> made.add(StepText.name(step)));
            }
        }
        assertThat(made).containsExactlyInAnyOrderElementsOf(StepText.names());
    }

    @Test
    void passesOverCommentsAndEmptyLines() {
        String text = """
                # why
                program kind=shmem pages=8 threads=2

                  load thread=1 page=3
                # and how
                race delayMicros=7 | store thread=0 page=1 value=2 | wake uffd=0 page=1 pages=1
                """;
        assertThat(Program.parse(text).steps())
                .containsExactly(
                        new Step.Load(1, 3),
                        new Step.Race(7, java.util.List.of(new Step.Store(0, 1, 2), new Step.Wake(0, 1, 1))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "load thread=1 page=3",
                "program kind=swap pages=8 threads=2",
                "program kind=anon pages=8",
                "program kind=anon pages=8 threads=2\nlaod thread=1 page=3",
                "program kind=anon pages=8 threads=2\nload thread=1",
                "program kind=anon pages=8 threads=2\nload page=3 thread=1",
                "program kind=anon pages=8 threads=2\nadvise thread=1 page=3 pages=1 advice=NONE"
            })
    void refusesWhatIsNoProgram(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Program.parse(text));
    }
}
