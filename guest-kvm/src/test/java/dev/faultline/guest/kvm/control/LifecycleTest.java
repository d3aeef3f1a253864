package dev.faultline.guest.kvm.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.kvm.control.Lifecycle.Step;
import dev.faultline.migration.guest.GuestState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecycleTest {
    private static void permit() {}

    /** Takes the step, and tells whether it was done, not needed, or refused. */
    private static String outcome(GuestState state, Step step) {
        try {
            return new Lifecycle(() -> state).take(step, LifecycleTest::permit, () -> "done", "not needed");
        } catch (RefusedException e) {
            assertThat(e.errorClass()).isEqualTo(ErrorClass.WRONG_STATE);
            return "refused";
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            RUNNING,      PAUSE,      done
            RUNNING,      RESUME,     not needed
            RUNNING,      SAVE_STATE, refused
            RUNNING,      LOAD_STATE, refused
            RUNNING,      RELINQUISH, refused
            PAUSED,       PAUSE,      not needed
            PAUSED,       RESUME,     done
            PAUSED,       SAVE_STATE, done
            PAUSED,       LOAD_STATE, refused
            PAUSED,       RELINQUISH, done
            INCOMING,     PAUSE,      refused
            INCOMING,     RESUME,     refused
            INCOMING,     SAVE_STATE, refused
            INCOMING,     LOAD_STATE, done
            INCOMING,     RELINQUISH, refused
            RELINQUISHED, PAUSE,      refused
            RELINQUISHED, RESUME,     refused
            RELINQUISHED, SAVE_STATE, refused
            RELINQUISHED, LOAD_STATE, refused
            RELINQUISHED, RELINQUISH, not needed
            """)
    void allowsTheStepsOfEachStateOnly(GuestState state, Step step, String expected) {
        assertThat(outcome(state, step)).isEqualTo(expected);
    }

    @Test
    void saysWhyARelinquishedGuestNeverResumes() {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> new Lifecycle(() -> GuestState.RELINQUISHED)
                        .take(Step.RESUME, LifecycleTest::permit, () -> "done", "not needed"))
                .withMessageContaining("handed over to another host");
    }

    @Test
    void asksForPermissionEvenIfNothingIsToBeDone() {
        Runnable forbidden = () -> {
            throw new RefusedException(ErrorClass.BUSY, "no");
        };
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() ->
                        new Lifecycle(() -> GuestState.PAUSED).take(Step.PAUSE, forbidden, () -> "done", "not needed"))
                .satisfies(e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.BUSY));
    }
}
