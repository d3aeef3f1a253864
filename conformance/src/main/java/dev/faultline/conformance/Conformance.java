package dev.faultline.conformance;

import dev.faultline.conformance.cases.AllCases;
import dev.faultline.conformance.cases.Case;
import dev.faultline.conformance.cases.RfcCases;
import dev.faultline.conformance.kernel.KernelSubject;
import dev.faultline.conformance.kernel.SwapDevice;
import dev.faultline.conformance.model.ModelSubject;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.model.Defect;
import dev.faultline.model.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tries all cases. On the kernel they run in processes of their own: this one needs the permission to have a userfaultfd,
 * and loses nothing whatever they do.
 */
public final class Conformance {
    /** How many huge pages of 2 MiB there should be for the cases. */
    public static final int HUGE_PAGES = KernelSubject.HUGE_PAGES;

    private static final Pattern SUFFIX = Pattern.compile("-.*");
    private static final String NOT_WANTED = "not asked for";
    private static final long SEED = 1;

    private Conformance() {}

    /**
     * Tries cases.
     *
     * @param choice on what. If this machine's kernel cannot be tried, the model is tried alone, and the report says why
     * @param select what is found, in upper or lower case, in the id of a case, such as
     *     {@code 2 resolving calls: cached: CONTINUE [shmem]}
     * @return what came of them
     */
    public static ConformanceReport run(SubjectChoice choice, Pattern select) {
        Predicate<String> wanted = Pattern.compile(select.pattern(), select.flags() | Pattern.CASE_INSENSITIVE)
                .asPredicate();
        Optional<String> lack = choice.hasKernel() ? KernelSubject.unavailable() : Optional.of(NOT_WANTED);
        if (lack.isPresent()) {
            return report(choice, wanted, null, lack.get());
        }
        Optional<SwapDevice> swap = SwapDevice.attach();
        try (Subject kernel = new KernelSubject(swap.isPresent())) {
            return report(choice, wanted, kernel, "");
        } finally {
            swap.ifPresent(SwapDevice::close);
        }
    }

    private static ConformanceReport report(
            SubjectChoice choice, Predicate<String> wanted, @Nullable Subject kernel, String kernelLack) {
        boolean model = choice.hasModel() || kernel == null;
        try (Subject mainline = new ModelSubject(Rules.MAINLINE, Defect.NONE, SEED);
                Subject proposal = new ModelSubject(Rules.RFC_2021, Defect.NONE, SEED)) {
            List<Check> checks = AllCases.list().stream()
                    .filter(check -> wanted.test(check.id()))
                    .map(check -> new Trial(check, kernel, model ? mainline : null, kernelLack).run())
                    .toList();
            List<RfcRow> rfc = model ? rfc(wanted, proposal, checks) : List.of();
            String asked = choice.hasKernel() ? kernelLack : "";
            return new ConformanceReport(kernelVersion(), asked, checks, rfc);
        }
    }

    /** {@return its version without what its builder added} */
    private static String kernelVersion() {
        return SUFFIX.matcher(System.getProperty("os.version")).replaceFirst("");
    }

    private static List<RfcRow> rfc(Predicate<String> wanted, Subject proposal, List<Check> checks) {
        List<RfcRow> rows = new ArrayList<>();
        List<Case> before = RfcCases.ofProposal();
        List<Case> after = RfcCases.ofMainline();
        for (int i = 0; i < before.size(); i++) {
            String id = after.get(i).id();
            if (wanted.test(id)) {
                Check mainline = checks.stream()
                        .filter(check -> check.id().equals(id))
                        .findFirst()
                        .orElseThrow();
                String never = "the proposal is no kernel that could be tried";
                rows.add(new RfcRow(new Trial(before.get(i), null, proposal, never).run(), mainline));
            }
        }
        return rows;
    }
}
