package dev.faultline.testing;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Evaluates {@link RequiresUffd} by asking the kernel, and not the code under test, whose failures are no reason to skip. */
public final class UffdCondition implements ExecutionCondition {
    /** For JUnit. */
    public UffdCondition() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<RequiresUffd> wanted = AnnotationSupport.findAnnotation(context.getElement(), RequiresUffd.class);
        if (wanted.isEmpty()) {
            return ConditionEvaluationResult.enabled("no userfaultfd is asked for");
        }
        String lack = lack(Set.of(wanted.get().value()));
        if (lack.isEmpty()) {
            return ConditionEvaluationResult.enabled("there is userfaultfd");
        }
        String reason = "needs userfaultfd: " + lack;
        Skipping.allow(reason, null);
        return ConditionEvaluationResult.disabled(reason);
    }

    private static String lack(Set<KernelFeature> wanted) {
        long features = Userfaultfd.features();
        if (features < 0) {
            return "opening one failed with errno " + -features;
        }
        Set<KernelFeature> missing = EnumSet.noneOf(KernelFeature.class);
        for (KernelFeature feature : wanted) {
            if (!feature.isIn(features)) {
                missing.add(feature);
            }
        }
        return missing.isEmpty() ? "" : "the kernel lacks " + missing;
    }
}
