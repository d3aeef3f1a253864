package dev.faultline.guest.kvm.machine;

import static dev.faultline.guest.kvm.machine.TestGuest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.PageSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** That it slows a guest down by how much is for system tests; here, what it must not break. */
@ParameterizedClass
@EnumSource(MachineType.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThrottleTest {
    private static final long MIB = 1 << 20;

    private final MachineType type;

    ThrottleTest(MachineType type) {
        TestGuest.require(type);
        this.type = type;
    }

    private TestGuest guest() {
        return new TestGuest(type, Workload.of(2, MIB), 8 * MIB, PageSize.SIZE_4K);
    }

    private static long verified(Machine machine) {
        return machine.stats().vcpus().stream()
                .mapToLong(VcpuStats::pagesVerified)
                .sum();
    }

    private static void awaitMore(Machine machine, int pages) {
        long wanted = verified(machine) + pages;
        await(machine, _ -> verified(machine) >= wanted);
    }

    @Test
    void aThrottledGuestGoesOnAndFindsItsPagesRight() {
        try (TestGuest guest = guest()) {
            Machine machine = guest.boot();
            machine.resume();
            for (int percent : new int[] {20, 99, 50, 0}) {
                machine.throttle(percent);
                awaitMore(machine, 2_000);
            }
            assertThat(machine.stats().vcpus()).allMatch(vcpu -> vcpu.corruptions() == 0);
        }
    }

    @Test
    void aPauseEndsIt() {
        try (TestGuest guest = guest()) {
            Machine machine = guest.boot();
            machine.resume();
            machine.throttle(99);
            machine.pause();
            long before = verified(machine);
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> machine.throttle(50))
                    .withMessage("The machine cannot be throttled: it is PAUSED, not RUNNING.");
            machine.throttle(0);
            assertThat(verified(machine)).isEqualTo(before);
            machine.resume();
            awaitMore(machine, 20_000);
        }
    }

    @Test
    void aThrottledMachineCanBeClosed() {
        try (TestGuest guest = guest()) {
            Machine machine = guest.boot();
            machine.resume();
            machine.throttle(95);
            awaitMore(machine, 100);
        }
    }

    @Test
    void noMoreThanAlmostAllCanBeTaken() {
        try (TestGuest guest = guest()) {
            Machine machine = guest.boot();
            machine.resume();
            for (int wrong : new int[] {-1, 100}) {
                assertThatExceptionOfType(GuestException.class)
                        .isThrownBy(() -> machine.throttle(wrong))
                        .withMessageContaining("0 to 99 can be taken");
            }
        }
    }

    @Test
    void everyPeriodHasARestOfItsShare() {
        Throttle throttle = new Throttle(() -> {});
        assertThat(throttle.restNanos(123)).isZero();
        throttle.set(70);
        long period = 10_000_000;
        assertThat(throttle.restNanos(0)).isEqualTo(7_000_000);
        assertThat(throttle.restNanos(3 * period + 6_999_999)).isEqualTo(1);
        assertThat(throttle.restNanos(3 * period + 7_000_000)).isZero();
        assertThat(throttle.restNanos(-1)).isZero();
        assertThat(throttle.restNanos(-period)).isEqualTo(7_000_000);
        throttle.end();
    }
}
