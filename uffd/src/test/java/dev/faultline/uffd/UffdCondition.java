package dev.faultline.uffd;

import dev.faultline.uffd.os.LinuxException;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Evaluates {@link RequiresUffd} by opening what the tests will open. */
@SuppressWarnings("exports") // the module that readers see is without its tests
public final class UffdCondition implements ExecutionCondition {
    /** For JUnit. */
    public UffdCondition() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<RequiresUffd> wanted = AnnotationSupport.findAnnotation(context.getElement(), RequiresUffd.class);
        if (wanted.isEmpty()) {
            return ConditionEvaluationResult.enabled("no userfaultfd is asked for");
        }
        try (Uffd _ = Uffd.open(Set.of(wanted.get().value()))) {
            return ConditionEvaluationResult.enabled("there is userfaultfd");
        } catch (LinuxException e) {
            String reason = "needs userfaultfd: " + e.getMessage();
            Skipping.allow(reason, e);
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
