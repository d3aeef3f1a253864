package dev.faultline.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.conformance.kernel.KernelSubject;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.testing.Skipping;
import dev.faultline.uffd.os.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Every case on the kernel of this machine and on the model. */
@RequiresUffd
@RequiresHugePages(KernelSubject.HUGE_PAGES)
@Timeout(300)
class ConformanceTest {
    private static final int PROMISED = 400;
    private static final Path ZRAM = Path.of("/sys/class/zram-control");

    private static ConformanceReport report = new ConformanceReport("", "", List.of(), List.of());

    @BeforeAll
    static void runAllCases() {
        report = Conformance.run(SubjectChoice.BOTH, Pattern.compile(""));
        if (!report.kernelLack().isEmpty()) {
            Skipping.skip("needs a kernel that can be tried: " + report.kernelLack());
        }
    }

    @TestFactory
    Stream<DynamicTest> kernelAndModelDoWhatIsExpected() {
        return report.sections().stream()
                .map(section -> DynamicTest.dynamicTest(
                        section,
                        () -> assertThat(report.checks())
                                .filteredOn(check -> check.section().equals(section))
                                .filteredOn(check -> check.verdict() == Verdict.DIFFERS)
                                .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> theModelDoesWhatTheProposalSays() {
        return report.rfc().stream()
                .map(RfcRow::proposal)
                .map(check -> DynamicTest.dynamicTest(
                        check.id(), () -> assertThat(check.verdict()).isEqualTo(Verdict.MODEL_ONLY)));
    }

    @Test
    void hundredsAreTheSameOnBoth() {
        assertThat(report.count(Verdict.SAME)).isGreaterThanOrEqualTo(PROMISED);
        assertThat(report.count(Verdict.MODEL_ONLY) + report.count(Verdict.SKIPPED))
                .as("not tried on the kernel")
                .isLessThan(PROMISED);
    }

    @Test
    void swapIsTriedWhereItCanBeHad() {
        List<String> untried = report.checks().stream()
                .filter(check ->
                        !check.kernel().tried() && check.kernel().text().contains("swap"))
                .map(Check::id)
                .toList();
        if (!untried.isEmpty() && Files.exists(ZRAM) && Processes.isRoot()) {
            Skipping.skip("needs swap on a zram device: " + untried);
        }
    }
}
