package dev.faultline.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.conformance.cases.AllCases;
import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.model.Defect;
import dev.faultline.model.Rules;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fault in the model does not go unnoticed. */
@Timeout(120)
class MutationTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            WRONG_ERRNO      | 2 resolving calls: present: CONTINUE [shmem]
            LOST_WAKE        | 3.3 delivery and waking: CONTINUE wakes [hugetlb]
            CONTINUE_ON_HOLE | 2H partial progress: CONTINUE up to a hole of the file [shmem]
            MISSED_REMOVE    | 3.5 events: MADV_DONTNEED [anon]
            KEPT_WP_BIT      | 2 resolving calls: wp marker, cached: CONTINUE [shmem-private]
            """)
    void aPlantedFaultIsFound(Defect defect, String by) {
        assertThat(found(defect)).contains(by);
    }

    @Test
    void everyFaultIsPlantedAbove() {
        assertThat(Defect.values()).hasSize(1 + 5);
    }

    @Test
    void withoutAFaultNothingIsFound() {
        assertThat(found(Defect.NONE)).isEmpty();
    }

    private static List<String> found(Defect defect) {
        try (Subject model = new ModelSubject(Rules.MAINLINE, defect, 1)) {
            return AllCases.list().stream()
                    .map(tried -> new Trial(tried, null, model, "not asked").run())
                    .filter(check -> check.verdict() == Verdict.DIFFERS)
                    .map(Check::id)
                    .toList();
        }
    }
}
