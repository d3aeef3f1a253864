package dev.faultline.guest.kvm.machine;

import static dev.faultline.guest.kvm.machine.TestGuest.runPasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.kvm.state.StateWriter;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.PageSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(MachineType.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MachineLifecycleTest {
    private static final long MIB = 1 << 20;
    private static final Workload WORKLOAD = Workload.of(1, MIB);

    private final MachineType type;

    MachineLifecycleTest(MachineType type) {
        TestGuest.require(type);
        this.type = type;
    }

    @Test
    void probeFindsThatItWorks() {
        assertThat(MachineProbe.run(type)).isEqualTo(new MachineProbe.Result(true, ""));
    }

    private TestGuest guest(Workload workload, long memoryBytes) {
        return new TestGuest(type, workload, memoryBytes, PageSize.SIZE_4K);
    }

    private byte[] savedState(Workload workload) {
        try (TestGuest guest = guest(workload, 8 * MIB)) {
            Machine machine = guest.boot();
            runPasses(machine, 1);
            return machine.saveState();
        }
    }

    private static void assertRefused(Machine machine, byte[] state, String reason) {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> machine.loadState(state))
                .withMessageContaining(reason);
        assertThat(machine.state()).isEqualTo(GuestState.INCOMING);
    }

    @Test
    void refusesAStateOfAnotherShape() {
        byte[] state = savedState(WORKLOAD);
        try (TestGuest memory = guest(WORKLOAD, 10 * MIB);
                TestGuest vcpus = guest(Workload.of(2, MIB), 8 * MIB);
                TestGuest hot = guest(Workload.of(1, 2 * MIB), 8 * MIB);
                TestGuest cold = guest(WORKLOAD.withCold(MIB, 16), 8 * MIB)) {
            assertRefused(memory.incoming(), state, "its memory size in bytes is 8388608, this one's is 10485760");
            assertRefused(vcpus.incoming(), state, "its number of vCPUs is 1, this one's is 2");
            assertRefused(hot.incoming(), state, "its working set in bytes is 1048576, this one's is 2097152");
            assertRefused(cold.incoming(), state, "its cold set in bytes is 0, this one's is 1048576");
        }
    }

    @Test
    void refusesAStateThatIsNone() {
        try (TestGuest guest = guest(WORKLOAD, 8 * MIB)) {
            Machine source = guest.boot();
            runPasses(source, 1);
            byte[] state = source.saveState();
            byte[] bent = state.clone();
            bent[state.length / 2] ^= 4;

            Machine machine = guest.incoming();
            assertRefused(machine, bent, "damaged");
            assertRefused(machine, Arrays.copyOf(state, state.length - 1), "damaged");
            assertRefused(machine, new byte[3], "too short");
            assertRefused(machine, new StateWriter().finish(), "ends too early");
            assertRefused(machine, resealed(state, -1), "ends too early");
            assertRefused(machine, resealed(state, 1), "1 bytes too many");

            machine.loadState(state);
            assertThat(runPasses(machine, 1).corruptions()).isZero();
        }
    }

    /** A state of another length, with a checksum that is right. */
    private static byte[] resealed(byte[] state, int moreBytes) {
        byte[] content = Arrays.copyOf(state, state.length - Integer.BYTES + moreBytes);
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        return ByteBuffer.allocate(content.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(content)
                .putInt((int) checksum.getValue())
                .array();
    }

    @Test
    void refusesAStateOfAnotherType() {
        byte[] state = savedState(WORKLOAD);
        for (MachineType other : MachineType.values()) {
            if (other != type) {
                TestGuest.require(other);
                try (TestGuest guest = new TestGuest(other, WORKLOAD, 8 * MIB, PageSize.SIZE_4K)) {
                    assertRefused(guest.incoming(), state, "another type of machine");
                }
            }
        }
    }

    @Test
    void takesTheRateOverFromTheState() {
        try (TestGuest guest = guest(WORKLOAD.withPagesPerSecond(50_000), 8 * MIB)) {
            Machine source = guest.boot();
            Machine middle = guest.incoming(WORKLOAD);
            middle.loadState(source.saveState());
            Machine target = guest.incoming(WORKLOAD);
            target.loadState(middle.saveState());

            long begin = System.nanoTime();
            runPasses(target, 40);
            // 40 passes of 256 pages; without the limit they take some milliseconds.
            assertThat((System.nanoTime() - begin) / 1e6).isGreaterThan(150);
        }
    }

    @Test
    void doesWhatItsStateAllowsAndNothingElse() {
        try (TestGuest guest = guest(WORKLOAD, 8 * MIB)) {
            Machine incoming = guest.incoming();
            assertThat(incoming.state()).isEqualTo(GuestState.INCOMING);
            assertNotAllowed(incoming::resume, "be resumed: it is INCOMING");
            assertNotAllowed(incoming::pause, "be paused: it is INCOMING");
            assertNotAllowed(incoming::saveState, "be saved: it is INCOMING");

            Machine machine = guest.boot();
            assertThat(machine.state()).isEqualTo(GuestState.PAUSED);
            assertNotAllowed(() -> machine.loadState(new byte[0]), "load a state: it is PAUSED");
            machine.pause();
            machine.resume();
            machine.resume();
            assertThat(machine.state()).isEqualTo(GuestState.RUNNING);
            assertNotAllowed(machine::saveState, "be saved: it is RUNNING");
            assertNotAllowed(machine::relinquish, "be relinquished: it is RUNNING");
            machine.pause();
            machine.relinquish();
            assertThat(machine.state()).isEqualTo(GuestState.RELINQUISHED);
            assertNotAllowed(machine::resume, "be resumed: it is RELINQUISHED");
            machine.close();
            machine.close();
        }
    }

    private static void assertNotAllowed(Runnable action, String reason) {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(action::run)
                .withMessageContaining("The machine cannot " + reason);
    }
}
