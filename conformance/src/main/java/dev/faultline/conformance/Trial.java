package dev.faultline.conformance;

import dev.faultline.conformance.cases.Case;
import dev.faultline.conformance.cases.KernelVersion;
import dev.faultline.conformance.cases.Scene;
import dev.faultline.conformance.cases.UnavailableException;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Subject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One case, tried on what there is. */
final class Trial {
    private static final String NOT_WANTED = "not asked for";

    private final Case tried;
    private final @Nullable Subject kernel;
    private final @Nullable Subject model;
    private final String kernelLack;

    Trial(Case tried, @Nullable Subject kernel, @Nullable Subject model, String kernelLack) {
        this.tried = tried;
        this.kernel = kernel;
        this.model = model;
        this.kernelLack = kernelLack;
    }

    Check run() {
        KernelVersion version = KernelVersion.ofThisMachine();
        Answer ofKernel = kernel == null ? Answer.skipped(kernelLack) : on(kernel, version);
        Answer ofModel = model == null ? Answer.skipped(NOT_WANTED) : on(model, KernelVersion.OF_MODEL);
        MemoryKind kind = tried.kind();
        KernelVersion shown = kernel == null ? KernelVersion.OF_MODEL : version;
        return new Check(
                tried.section(),
                tried.name(),
                kind == null ? "" : kind.label(),
                tried.expected().text(shown),
                ofKernel,
                ofModel);
    }

    private Answer on(Subject subject, KernelVersion version) {
        Optional<String> lack = lack(subject, version);
        if (lack.isPresent()) {
            return Answer.skipped(lack.get());
        }
        try (Scene scene = new Scene(subject, tried.kind())) {
            String text = tried.program().run(scene);
            return new Answer(text, true, tried.expected().allows(version, text));
        } catch (UnavailableException e) {
            return Answer.skipped(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return new Answer("failed: " + e, true, false);
        }
    }

    private Optional<String> lack(Subject subject, KernelVersion version) {
        if (version.compareTo(tried.since()) < 0) {
            return Optional.of("needs Linux " + tried.since());
        }
        return tried.needs().stream()
                .sorted()
                .map(subject::lacks)
                .flatMap(Optional::stream)
                .findFirst();
    }
}
