package dev.faultline.testing;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * Carries out {@link RequiresHugePages}: as a condition, because what is skipped by one is reported as such. JUnit closes
 * the reservation with the context that it was made in.
 */
public final class HugePagesExtension implements ExecutionCondition {
    private static final Namespace NAMESPACE = Namespace.create(HugePagesExtension.class);

    /** For JUnit. */
    public HugePagesExtension() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        AnnotatedElement element = context.getElement().orElseThrow();
        RequiresHugePages wanted = element.getDeclaredAnnotation(RequiresHugePages.class);
        if (wanted == null) {
            return ConditionEvaluationResult.enabled("it is something around it that reserves");
        }
        Store store = context.getStore(NAMESPACE);
        if (store.get(element) != null) {
            // Asked again for each invocation of a parameterized test.
            return ConditionEvaluationResult.enabled("its huge pages are there");
        }
        try {
            store.put(element, HugePageReservation.add(wanted.value(), wanted.sizeBytes()));
            return ConditionEvaluationResult.enabled(wanted.value() + " huge pages were added");
        } catch (IOException | IllegalStateException e) {
            String reason = "needs " + wanted.value() + " huge pages of " + wanted.sizeBytes() + " bytes: " + e;
            // A gigabyte in one piece, or a processor that knows such pages, is nothing that CI can be asked to have.
            if (wanted.sizeBytes() <= 2L << 20) {
                Skipping.allow(reason, e);
            }
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
