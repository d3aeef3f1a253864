package dev.faultline.guest.kvm.machine;

import static dev.faultline.guest.kvm.machine.TestGuest.await;
import static dev.faultline.guest.kvm.machine.TestGuest.runPasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.PageSize;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guests over memory that a userfaultfd serves: a migration's destination. */
@RequiresUffd
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MachineFaultTest {
    private static final long MIB = 1 << 20;
    private static final Workload WORKLOAD = Workload.of(2, 8 * MIB).withCold(2 * MIB, 8);
    private static final long MEMORY_BYTES = 16 * MIB;

    private static TestGuest guest(MachineType type) {
        TestGuest.require(type);
        return new TestGuest(type, WORKLOAD, MEMORY_BYTES, PageSize.SIZE_4K);
    }

    /** A machine that has the state of one that ran, over a mapping without a single page. */
    private static Machine moved(TestGuest guest, GuestMapping mapping) {
        Machine source = guest.boot();
        runPasses(source, 2);
        Machine target = guest.incoming(mapping);
        target.loadState(source.saveState());
        return target;
    }

    private static void awaitTrue(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as(what).isNegative();
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    /**
     * The safepoint rule: a thread that waits for a fault is in native state, so that a garbage collection does not wait
     * for it. Otherwise the first collection here would never end, and the thread that answers could wait for the next.
     */
    @ParameterizedTest
    @EnumSource(MachineType.class)
    void faultsAreServedByJavaThreadsOfTheSameJvmWhileItCollectsGarbage(MachineType type) {
        try (TestGuest guest = guest(type)) {
            GuestMapping mapping = guest.map();
            try (FaultServer server = new FaultServer(mapping, guest.memory(), 0)) {
                Machine target = moved(guest, mapping);
                target.resume();
                awaitTrue("a fault", () -> server.waiting() >= 1);
                System.gc();
                assertThat(server.waiting()).isPositive();
                assertThat(server.answered()).isZero();

                try (GarbageCollections _ = new GarbageCollections()) {
                    server.holdNothing();
                    runPasses(target, 2);
                }
                assertThat(server.answered()).isGreaterThanOrEqualTo(WORKLOAD.hotBytes() / Workload.PAGE_BYTES);
                assertThat(target.stats().corruptions()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(MachineType.class)
    void loadingAStateTouchesNoMemory(MachineType type) {
        try (TestGuest guest = guest(type)) {
            GuestMapping mapping = guest.map();
            try (FaultServer server = new FaultServer(mapping, guest.memory(), 0)) {
                Machine target = moved(guest, mapping);
                target.saveState();
                assertThat(server.waiting()).isZero();
            }
        }
    }

    @Test
    void aVcpuThatWaitsForItsOwnPageCanBePausedAndMoved() {
        try (TestGuest guest = guest(MachineType.KVM)) {
            GuestMapping mapping = guest.map();
            try (FaultServer server = new FaultServer(mapping, guest.memory(), MemoryMap.SYSTEM_BYTES)) {
                Machine target = moved(guest, mapping);
                target.resume();
                awaitTrue("faults of both vCPUs", () -> server.waiting() >= 2);
                assertPausesSoon(target);

                Machine third = guest.incoming();
                third.loadState(target.saveState());
                server.holdNothing();
                assertThat(runPasses(third, 2).corruptions()).isZero();
            }
        }
    }

    @Test
    void aVcpuWhosePageTablesAreNotThereYetCanBePaused() {
        try (TestGuest guest = guest(MachineType.KVM)) {
            GuestMapping mapping = guest.map();
            try (FaultServer server = new FaultServer(mapping, guest.memory(), 0)) {
                Machine target = moved(guest, mapping);
                MachineStats before = target.stats();
                target.resume();
                awaitTrue("a fault", () -> server.waiting() >= 1);
                assertPausesSoon(target);
                assertThat(target.stats()).isEqualTo(before);

                target.resume();
                server.holdNothing();
                assertThat(await(target, stats -> stats.heartbeats() > before.heartbeats() + 10)
                                .corruptions())
                        .isZero();
                target.pause();
            }
        }
    }

    private static void assertPausesSoon(Machine machine) {
        long begin = System.nanoTime();
        machine.pause();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        assertThat(machine.state()).isEqualTo(GuestState.PAUSED);
    }

    @Test
    void aThreadThatWaitsForAPageCannotBePausedAndSaysSo() {
        try (TestGuest guest = guest(MachineType.NATIVE)) {
            GuestMapping mapping = guest.map();
            try (FaultServer server = new FaultServer(mapping, guest.memory(), 0)) {
                Machine target = moved(guest, mapping);
                target.resume();
                awaitTrue("a fault", () -> server.waiting() >= 1);

                assertThatExceptionOfType(GuestException.class)
                        .isThrownBy(target::pause)
                        // Whichever vCPU came first to its page.
                        .withMessageMatching(
                                "The machine cannot be paused: vCPU [01] did not stop in 10 s; it probably waits for a"
                                        + " page fault that nobody answers\\. The guest runs on\\.");
                assertThat(target.state()).isEqualTo(GuestState.RUNNING);

                server.holdNothing();
                assertThat(runPasses(target, 2).corruptions()).isZero();
            }
        }
    }

    /** One every few milliseconds, from a thread of its own. */
    private static final class GarbageCollections implements AutoCloseable {
        private volatile boolean running = true;
        private final Thread thread =
                Thread.ofPlatform().daemon().name("collector").start(this::collect);

        private void collect() {
            while (running) {
                System.gc();
                // Back to back they leave the thread that answers no time at all.
                LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
            }
        }

        @Override
        public void close() {
            running = false;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
