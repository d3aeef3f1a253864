package dev.faultline.testing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SkippingTest {
    private final Throwable cause = new IllegalStateException("no device");

    @Test
    void onADevelopersMachineATestMayBeSkipped() {
        assertThatCode(() -> Skipping.allow("needs it", cause, null)).doesNotThrowAnyException();
        assertThatCode(() -> Skipping.allow("needs it", cause, "false")).doesNotThrowAnyException();
    }

    @Test
    void inCiItFailsAndSaysWhatItNeeds() {
        assertThatThrownBy(() -> Skipping.allow("needs it", cause, "true"))
                .hasMessageContaining("needs it")
                .hasCause(cause);
    }
}
