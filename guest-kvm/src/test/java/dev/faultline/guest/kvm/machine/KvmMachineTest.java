package dev.faultline.guest.kvm.machine;

import static dev.faultline.guest.kvm.machine.TestGuest.runPasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.testing.KvmDevice;
import dev.faultline.uffd.memory.PageSize;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KvmMachineTest {
    private static final long MIB = 1 << 20;

    private static TestGuest guest() {
        KvmDevice.require();
        return new TestGuest(MachineType.KVM, Workload.of(1, MIB), 8 * MIB, PageSize.SIZE_4K);
    }

    @Test
    void aGuestWhoseProgramIsGoneStopsForGoodAndSaysWhy() {
        try (TestGuest guest = guest()) {
            Machine machine = guest.boot();
            runPasses(machine, 1);
            guest.memory().asSlice(0, MemoryMap.SYSTEM_BYTES).fill((byte) 0);
            machine.resume();
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (machine.stats().failure().isEmpty()) {
                assertThat(System.nanoTime() - deadline).isNegative();
                LockSupport.parkNanos(1_000_000);
            }
            machine.pause();

            String failure = machine.stats().failure().orElseThrow();
            assertThat(failure).startsWith("vCPU 0 stopped: ");
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(machine::saveState)
                    .withMessage("The machine cannot be saved: " + failure);
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(machine::resume)
                    .withMessage("The machine cannot be resumed: " + failure);
        }
    }

    @Test
    void anIncomingMachineWritesNothing() {
        try (TestGuest guest = guest()) {
            guest.incoming();
            assertThat(guest.allocatedBytes()).isZero();
        }
    }
}
