package dev.faultline.cli.conformance;

import dev.faultline.cli.json.Json;
import dev.faultline.cli.process.HugePagePool;
import dev.faultline.cli.process.OperatorException;
import dev.faultline.conformance.Conformance;
import dev.faultline.conformance.ConformanceReport;
import dev.faultline.conformance.MarkdownReport;
import dev.faultline.conformance.SubjectChoice;
import dev.faultline.uffd.memory.HugePages;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tries what userfaultfd does here. */
@Command(
        name = "conformance",
        description = {
            "Try what userfaultfd does on this machine's kernel, case by case, and hold it against the model and what is"
                    + " expected of Linux.",
            "The cases run in small processes of their own. As root, huge pages and swap are added for as long as it"
                    + " runs; without them their cases are left out.",
            "Exit code 0 if nothing differs, 1 if something does."
        },
        mixinStandardHelpOptions = true)
public final class ConformanceCommand implements Callable<Integer> {
    @Option(
            names = "--subject",
            paramLabel = "WHAT",
            description = "What to try: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private SubjectChoice subject = SubjectChoice.BOTH;

    @Option(
            names = "--select",
            paramLabel = "PATTERN",
            description = "Only cases in whose names this regular expression is found, such as 'CONTINUE.*shmem'.")
    private Pattern select = Pattern.compile("");

    @ArgGroup
    private @Nullable Format format;

    private ConformanceCommand() {}

    /** How it is said, if not as a table. */
    static final class Format {
        @Option(names = "--json", description = "Say it to machines: one JSON object.")
        private boolean json;

        @Option(names = "--markdown", description = "Say it as a document, with all outcomes.")
        private boolean markdown;

        private Format() {}
    }

    @Override
    public Integer call() throws OperatorException {
        ConformanceReport report = run();
        if (report.checks().isEmpty()) {
            throw new OperatorException("No case has a name in which '" + select + "' is found");
        }
        if (!report.kernelLack().isEmpty()) {
            System.err.println("The kernel is not tried, only the model: " + report.kernelLack());
        }
        if (format != null && format.json) {
            System.out.println(Json.line(ConformanceJson.of(report)));
        } else {
            System.out.print(
                    format != null && format.markdown ? MarkdownReport.render(report) : ConformanceText.of(report));
        }
        return report.isClean() ? 0 : 1;
    }

    private ConformanceReport run() {
        long missing = Conformance.HUGE_PAGES - HugePages.read().unreserved();
        if (subject == SubjectChoice.MODEL || missing <= 0) {
            return Conformance.run(subject, select);
        }
        try (HugePagePool _ = HugePagePool.add(missing)) {
            return Conformance.run(subject, select);
        } catch (OperatorException e) {
            System.err.println("Cases of huge pages are left out: " + e.getMessage());
            return Conformance.run(subject, select);
        }
    }
}
