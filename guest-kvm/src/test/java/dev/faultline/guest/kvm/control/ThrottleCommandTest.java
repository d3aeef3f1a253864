package dev.faultline.guest.kvm.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThrottleCommandTest {
    @Test
    void theEngineThrottlesUntilItGoes() throws InterruptedException {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING)) {
            try (VmmClient client = fixture.attach()) {
                assertThat(client.canThrottle()).isTrue();
                client.throttle(70);
                assertThat(fixture.machine.percent).isEqualTo(70);
                client.throttle(0);
                assertThat(fixture.machine.percent).isZero();
                client.throttle(99);
            }
            while (fixture.machine.percent != 0) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void nobodyElseDoes() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                ControlConnection stranger = ControlConnection.open(fixture.name, ServerFixture.LIMIT_NANOS)) {
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> stranger.call("throttle", Json.object().put("percent", 50)))
                    .withMessageContaining("throttle needs an attached engine");
            try (VmmClient _ = fixture.attach()) {
                assertThatExceptionOfType(GuestException.class)
                        .isThrownBy(
                                () -> stranger.call("throttle", Json.object().put("percent", 50)))
                        .withMessageContaining("is attached to this guest");
            }
            assertThat(fixture.machine.percent).isZero();
        }
    }
}
