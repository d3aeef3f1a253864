package dev.faultline.guest.kvm.machine;

import static dev.faultline.guest.kvm.machine.TestGuest.await;
import static dev.faultline.guest.kvm.machine.TestGuest.runPasses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.guest.kvm.workload.PageContent;
import dev.faultline.guest.kvm.workload.VcpuArea;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(MachineType.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MachineTest {
    private static final long MIB = 1 << 20;
    private static final long MEMORY_BYTES = 16 * MIB;
    private static final Workload HOT_ONLY = Workload.of(2, 4 * MIB);
    private static final long HOT_PAGES = HOT_ONLY.hotBytes() / Workload.PAGE_BYTES;
    private static final Workload WITH_COLD = HOT_ONLY.withCold(2 * MIB, 3);

    private final MachineType type;

    MachineTest(MachineType type) {
        TestGuest.require(type);
        this.type = type;
    }

    private TestGuest guest(Workload workload) {
        return new TestGuest(type, workload, MEMORY_BYTES, PageSize.SIZE_4K);
    }

    @Test
    void runsAndFindsEveryPageRight() {
        try (TestGuest guest = guest(WITH_COLD)) {
            Machine machine = guest.boot();
            machine.resume();
            MachineStats stats = await(
                    machine,
                    now -> now.vcpus().stream().allMatch(vcpu -> vcpu.passes() > 5 && vcpu.coldTouches() > 1000));

            assertThat(stats.corruptions()).isZero();
            assertThat(stats.vcpus()).allSatisfy(vcpu -> {
                assertThat(vcpu.heartbeats()).isPositive();
                assertThat(vcpu.pagesVerified()).isGreaterThan(vcpu.pagesWritten());
                assertThat(vcpu.lastHeartbeatEpochMicros()).isPositive();
            });
        }
    }

    @Test
    void memoryHoldsWhatTheCountersSay() {
        try (TestGuest guest = guest(HOT_ONLY)) {
            Machine machine = guest.boot();
            MachineStats stats = runPasses(machine, 3);

            for (int i = 0; i < 2; i++) {
                VcpuArea area = machine.memoryMap().areas().get(i);
                long index = stats.vcpus().get(i).pagesVerified() % area.hotPages();
                long pass = stats.vcpus().get(i).passes() + 1;
                // The page in between may be half written.
                if (index > 0) {
                    assertHolds(guest, area.hotPage(index - 1), pass);
                }
                if (index + 1 < area.hotPages()) {
                    assertHolds(guest, area.hotPage(index + 1), pass - 1);
                }
            }
        }
    }

    private static void assertHolds(TestGuest guest, long guestAddress, long sequence) {
        MemorySegment page = guest.memory().asSlice(guestAddress, Workload.PAGE_BYTES);
        for (int word = 0; word < PageContent.WORDS; word++) {
            assertThat(PageContent.wordOf(page, word))
                    .as("page 0x%x word %d", guestAddress, word)
                    .isEqualTo(PageContent.word(guestAddress, sequence, word));
        }
    }

    @Test
    void standsStillWhilePaused() {
        try (TestGuest guest = guest(WITH_COLD);
                Arena arena = Arena.ofConfined()) {
            Machine machine = guest.boot();
            MachineStats stats = runPasses(machine, 2);
            MemorySegment before = guest.snapshot(arena);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());

            assertThat(machine.stats()).isEqualTo(stats);
            assertThat(guest.memory().mismatch(before)).isEqualTo(-1);
        }
    }

    @Test
    void carriesOnInAnotherMachine() {
        try (TestGuest guest = guest(WITH_COLD)) {
            Machine source = guest.boot();
            MachineStats before = runPasses(source, 3);
            byte[] state = source.saveState();
            source.relinquish();

            Machine target = guest.incoming();
            target.loadState(state);
            assertThat(target.stats()).isEqualTo(before);

            MachineStats after = runPasses(target, 3);
            assertThat(after.corruptions()).isZero();
            assertThat(after.passes()).isGreaterThanOrEqualTo(before.passes() + 6);
            assertThat(after.coldTouches()).isGreaterThan(before.coldTouches());
            assertThat(after.heartbeats()).isGreaterThan(before.heartbeats());
        }
    }

    /** Stops at arbitrary instructions: in the middle of a page, of the filling, and of a port access. */
    @Test
    void canBeMovedAtAnyMoment() {
        Random random = new Random(7);
        try (TestGuest guest = guest(WITH_COLD)) {
            Machine machine = guest.boot();
            for (int hop = 0; hop < 40; hop++) {
                machine.resume();
                LockSupport.parkNanos(random.nextInt(3_000_000));
                machine.pause();
                byte[] state = machine.saveState();
                long verified = machine.stats().pagesVerified();
                machine.close();

                machine = guest.incoming();
                machine.loadState(state);
                assertThat(machine.stats().pagesVerified()).isEqualTo(verified);
            }
            MachineStats stats = runPasses(machine, 2);
            assertThat(stats.corruptions()).isZero();
            assertThat(stats.vcpus().getFirst().pauseGapMicros()).isPositive();
        }
    }

    /** Each wrong page is a port access, so that most of these stops come in the middle of one. */
    @Test
    void tellsOfAWrongPageOnceHoweverOftenItIsMoved() {
        Random random = new Random(8);
        try (TestGuest guest = guest(HOT_ONLY);
                Arena arena = Arena.ofConfined()) {
            Machine machine = guest.boot();
            runPasses(machine, 2);
            MemorySegment old = guest.snapshot(arena);
            runPasses(machine, 2);
            guest.memory().copyFrom(old);
            for (int hop = 0; hop < 30; hop++) {
                machine.resume();
                LockSupport.parkNanos(random.nextInt(1_000_000));
                machine.pause();
                byte[] state = machine.saveState();
                machine.close();
                machine = guest.incoming();
                machine.loadState(state);
            }
            MachineStats stats = runPasses(machine, 2);

            // All pages but the one that each vCPU was at.
            assertThat(stats.corruptions()).isBetween(HOT_PAGES - 4, HOT_PAGES);
        }
    }

    @Test
    void seesABitThatFlipped() {
        try (TestGuest guest = guest(HOT_ONLY)) {
            Machine machine = guest.boot();
            long page = farthestHotPage(machine, runPasses(machine, 2));
            guest.flipBit(page + 123 * Long.BYTES);
            MachineStats stats = runPasses(machine, 2);

            assertThat(stats.corruptions()).isOne();
            Corruption corruption = stats.firstCorruption().orElseThrow();
            assertThat(corruption.vcpu()).isOne();
            assertThat(corruption.guestAddress()).isEqualTo(page);
            assertThat(corruption.word()).isEqualTo(123);
            assertThat(corruption.expected() ^ corruption.actual()).isOne();

            Machine target = guest.incoming();
            target.loadState(machine.saveState());
            assertThat(target.stats().corruptions()).isOne();
            assertThat(target.stats().firstCorruption()).contains(corruption);
        }
    }

    @Test
    void seesThatAColdPageChangedWhichIsNeverWritten() {
        try (TestGuest guest = guest(WITH_COLD)) {
            Machine machine = guest.boot();
            runPasses(machine, 2);
            long page = machine.memoryMap().areas().getFirst().coldAddress() + Workload.PAGE_BYTES;
            guest.flipBit(page + Workload.PAGE_BYTES - Long.BYTES);
            machine.resume();
            MachineStats stats = await(machine, now -> now.corruptions() > 0);

            assertThat(stats.firstCorruption().orElseThrow().guestAddress()).isEqualTo(page);
            assertThat(stats.firstCorruption().orElseThrow().word()).isEqualTo(PageContent.WORDS - 1);
        }
    }

    @Test
    void seesATornPage() {
        try (TestGuest guest = guest(HOT_ONLY);
                Arena arena = Arena.ofConfined()) {
            Machine machine = guest.boot();
            runPasses(machine, 2);
            MemorySegment old = guest.snapshot(arena);
            long page = farthestHotPage(machine, runPasses(machine, 2));
            long half = Workload.PAGE_BYTES / 2;
            MemorySegment.copy(old, page + half, guest.memory(), page + half, half);
            MachineStats stats = runPasses(machine, 2);

            assertThat(stats.corruptions()).isOne();
            assertThat(stats.firstCorruption().orElseThrow().guestAddress()).isEqualTo(page);
            assertThat(stats.firstCorruption().orElseThrow().word()).isEqualTo(PageContent.WORDS / 2);
        }
    }

    @Test
    void seesThatAllMemoryWentBackToAnOlderMoment() {
        try (TestGuest guest = guest(HOT_ONLY);
                Arena arena = Arena.ofConfined()) {
            Machine machine = guest.boot();
            runPasses(machine, 2);
            MemorySegment old = guest.snapshot(arena);
            runPasses(machine, 2);
            guest.memory().copyFrom(old);
            MachineStats stats = runPasses(machine, 2);

            // All pages but the one that each vCPU was at.
            assertThat(stats.corruptions()).isBetween(HOT_PAGES - 4, HOT_PAGES);
        }
    }

    /** A page of the second vCPU that it was not at when it was stopped. */
    private static long farthestHotPage(Machine machine, MachineStats stats) {
        VcpuArea area = machine.memoryMap().areas().get(1);
        long verified = stats.vcpus().get(1).pagesVerified();
        return area.hotPage((verified + area.hotPages() / 2) % area.hotPages());
    }

    @Test
    void keepsToItsRate() {
        try (TestGuest guest = guest(HOT_ONLY.withPagesPerSecond(5_000))) {
            Machine machine = guest.boot();
            machine.resume();
            long begin = System.nanoTime();
            LockSupport.parkNanos(Duration.ofMillis(800).toNanos());
            machine.pause();
            double seconds = (System.nanoTime() - begin) / 1e9;
            MachineStats stats = machine.stats();

            assertThat(stats.vcpus()).allSatisfy(vcpu -> {
                assertThat((double) vcpu.pagesWritten()).isBetween(1.0, 5_000 * seconds + 50);
                // A heartbeat for 4 ms of its rate at most.
                assertThat(vcpu.pagesWritten()).isLessThanOrEqualTo((vcpu.heartbeats() + 1) * 20);
            });
        }
    }

    @Test
    @RequiresHugePages((int) (MEMORY_BYTES >> 21))
    void worksOnHugePages() {
        try (TestGuest guest = new TestGuest(type, WITH_COLD, MEMORY_BYTES, PageSize.SIZE_2M)) {
            Machine source = guest.boot();
            runPasses(source, 3);
            Machine target = guest.incoming();
            target.loadState(source.saveState());
            assertThat(runPasses(target, 3).corruptions()).isZero();
        }
    }
}
