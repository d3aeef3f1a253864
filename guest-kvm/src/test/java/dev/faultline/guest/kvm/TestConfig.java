package dev.faultline.guest.kvm;

import dev.faultline.testing.KvmDevice;
import dev.faultline.uffd.memory.PageSize;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Small guests for tests. */
final class TestConfig {
    static final long MEMORY_BYTES = 16 << 20;
    static final long WORKING_SET_BYTES = 1 << 20;

    private static final AtomicLong NUMBER = new AtomicLong();

    private TestConfig() {}

    static GuestConfig running(MachineChoice machine) {
        return config(freshName(), MEMORY_BYTES, PageSize.SIZE_4K, false, false, machine);
    }

    static GuestConfig paused(MachineChoice machine) {
        return config(freshName(), MEMORY_BYTES, PageSize.SIZE_4K, false, true, machine);
    }

    static GuestConfig incoming(MachineChoice machine, PageSize pageSize) {
        return config(freshName(), MEMORY_BYTES, pageSize, true, false, machine);
    }

    static GuestConfig config(
            String name, long memoryBytes, PageSize pageSize, boolean incoming, boolean paused, MachineChoice machine) {
        return new GuestConfig(
                name,
                memoryBytes,
                pageSize,
                2,
                WORKING_SET_BYTES,
                0,
                0,
                incoming,
                paused,
                machine,
                OptionalLong.empty());
    }

    static GuestConfig withParent(GuestConfig config, OptionalLong parentProcessId) {
        return new GuestConfig(
                config.controlName(),
                config.memoryBytes(),
                config.pageSize(),
                config.vcpus(),
                config.workingSetBytes(),
                config.coldSetBytes(),
                config.writeRatePagesPerSecond(),
                config.incoming(),
                config.startPaused(),
                config.machine(),
                parentProcessId);
    }

    /** The same, to die with this JVM. */
    static GuestConfig bound(GuestConfig config) {
        return withParent(config, OptionalLong.of(ProcessHandle.current().pid()));
    }

    /** Skips the running test where this host has no KVM and it is asked for. */
    static void require(MachineChoice machine) {
        if (machine == MachineChoice.KVM) {
            KvmDevice.require();
        }
    }

    static String freshName() {
        return "@faultline-guest-test-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    }
}
