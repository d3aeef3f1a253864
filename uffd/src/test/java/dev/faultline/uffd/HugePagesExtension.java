package dev.faultline.uffd;

import java.io.IOException;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Carries out {@link RequiresHugePages}: as a condition, because a class that is skipped by one is reported as such. JUnit
 * closes the reservation with the context of the class.
 */
@SuppressWarnings("exports") // the module that readers see is without its tests
public final class HugePagesExtension implements ExecutionCondition {
    private static final Namespace NAMESPACE = Namespace.create(HugePagesExtension.class);

    /** For JUnit. */
    public HugePagesExtension() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        RequiresHugePages wanted = context.getRequiredTestClass().getDeclaredAnnotation(RequiresHugePages.class);
        if (wanted == null || context.getTestMethod().isPresent()) {
            return ConditionEvaluationResult.enabled("it is the class around it that reserves");
        }
        try {
            context.getStore(NAMESPACE).put(HugePageReservation.class, HugePageReservation.add(wanted.value()));
            return ConditionEvaluationResult.enabled(wanted.value() + " huge pages were added");
        } catch (IOException | IllegalStateException e) {
            String reason = "needs " + wanted.value() + " huge pages of 2 MiB: " + e.getMessage();
            Skipping.allow(reason, e);
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
