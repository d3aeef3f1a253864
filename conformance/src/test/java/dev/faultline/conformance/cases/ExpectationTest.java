package dev.faultline.conformance.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExpectationTest {
    private static final KernelVersion OLD = new KernelVersion(6, 12);
    private static final KernelVersion BETWEEN = new KernelVersion(6, 15);
    private static final KernelVersion NEW = new KernelVersion(7, 2);

    @Test
    void dependsOnTheVersion() {
        Expectation expectation = Expectation.parse("OK {6.13: OK / EINVAL} {6.18: EINVAL}");

        assertThat(expectation.allows(OLD, "OK")).isTrue();
        assertThat(expectation.allows(OLD, "EINVAL")).isFalse();
        assertThat(expectation.allows(BETWEEN, "OK")).isTrue();
        assertThat(expectation.allows(BETWEEN, "EINVAL")).isTrue();
        assertThat(expectation.allows(NEW, "OK")).isFalse();
        assertThat(expectation.allows(NEW, "EINVAL")).isTrue();
        assertThat(expectation.text(BETWEEN)).isEqualTo("OK / EINVAL");
    }

    @Test
    void versionsAreOrderedByNumber() {
        assertThat(KernelVersion.parse("6.18.44-cloud-amd64")).isEqualTo(new KernelVersion(6, 18));
        assertThat(new KernelVersion(6, 9)).isLessThan(new KernelVersion(6, 18));
        assertThat(new KernelVersion(7, 2)).isGreaterThan(new KernelVersion(6, 18));
        assertThatThrownBy(() -> KernelVersion.parse("none")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTableSaysNothingByADashOrAnEmptyCell() {
        List<TextTable.Cell> cells = TextTable.cells("""
                      | COPY | MOVE
                one   | OK   | -
                two   |      | EINVAL
                """);

        assertThat(cells)
                .containsExactly(new TextTable.Cell("one", "COPY", "OK"), new TextTable.Cell("two", "MOVE", "EINVAL"));
        assertThatThrownBy(() -> TextTable.cells("a | b\n1 | 2 | 3")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void kindsOfMemoryCanDiffer() {
        List<Case> cases = new CaseList("section")
                .add("name", CaseList.BASE_PAGES, "OK | anon, shmem: EINVAL", _ -> "")
                .cases();

        assertThat(cases).extracting(tried -> tried.expected().text(NEW)).containsExactly("EINVAL", "EINVAL", "OK");
    }

    @Test
    void noTwoCasesHaveTheSameName() {
        Set<String> ids = new HashSet<>();

        assertThat(AllCases.list())
                .allSatisfy(
                        tried -> assertThat(ids.add(tried.id())).as(tried.id()).isTrue());
    }
}
