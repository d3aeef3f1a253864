package dev.faultline.uffd;

import java.io.IOException;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.opentest4j.TestAbortedException;

/** Carries out {@link RequiresHugePages}. JUnit closes the reservation with the context of the class. */
@SuppressWarnings("exports") // the module that readers see is without its tests
public final class HugePagesExtension implements BeforeAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(HugePagesExtension.class);

    /** For JUnit. */
    public HugePagesExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        RequiresHugePages wanted = context.getRequiredTestClass().getDeclaredAnnotation(RequiresHugePages.class);
        if (wanted == null) {
            return; // a nested class: the one around it has reserved
        }
        try {
            context.getStore(NAMESPACE).put(HugePageReservation.class, HugePageReservation.add(wanted.value()));
        } catch (IOException | IllegalStateException e) {
            String reason = "needs " + wanted.value() + " huge pages of 2 MiB: " + e.getMessage();
            Skipping.allow(reason, e);
            throw new TestAbortedException(reason, e);
        }
    }
}
