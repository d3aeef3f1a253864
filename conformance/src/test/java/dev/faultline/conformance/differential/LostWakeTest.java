package dev.faultline.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.model.Defect;
import dev.faultline.model.Rules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What the kernel does once in some ten thousand programs, and the model for some of its seeds: two threads wait for a
 * page, it is filled and both are woken; one copies it to write, and the other, which finds no entry while the page is
 * copied, is reported as missing it once more. The page is mapped, so that nobody can fill it; a wake is what helps.
 */
class LostWakeTest {
    private static final int SEEDS = 200;
    private static final String TWO_WAIT = """
            program kind=shmem-private pages=8 threads=2
            open uffd=0 features=0 userModeOnly=false
            register uffd=0 page=2 pages=1 modes=1
            store thread=0 page=2 value=1
            store thread=1 page=2 value=2
            zeroPage uffd=0 page=2 pages=1 flags=0
            """;

    @Test
    void aThreadMayWaitForAPageThatIsMapped() {
        Set<String> threads = outcomes(TWO_WAIT);
        assertThat(threads)
                .containsExactlyInAnyOrder("T0 0, T1 0", "T0 0, T1 waits for the page", "T0 waits for the page, T1 0");
    }

    @Test
    void aWakeAfterEexistHelps() {
        Set<String> threads = outcomes(TWO_WAIT + """
                zeroPage uffd=0 page=2 pages=1 flags=0
                wake uffd=0 page=2 pages=1
                """);
        assertThat(threads).containsExactly("T0 0, T1 0");
    }

    private static Set<String> outcomes(String text) {
        Program program = Program.parse(text);
        Set<String> threads = new HashSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            List<Observation> observations = Run.of(program, new ModelSubject(Rules.MAINLINE, Defect.NONE, seed));
            threads.add(observations.get(program.steps().size() - 1).threads());
        }
        return threads;
    }
}
