package dev.faultline.qemu.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.serial.Continuity;
import dev.faultline.qemu.lab.serial.SerialLog;
import dev.faultline.testing.KvmDevice;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is done to a guest's memory behind its back is seen by it. */
class CorruptionTest {
    private static final GuestLoad LOAD = new GuestLoad(16, 16, GuestLoad.UNTHROTTLED, 20);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    @BeforeEach
    void need() {
        LabHost.requireQemu();
    }

    @Test
    void linuxGuestSeesAWordOfAHotPageAndOfAColdOne() throws Exception {
        seesThem(VmSpec.of("s", Accelerator.TCG, LOAD));
    }

    @Test
    void romGuestSeesAWordOfAHotPageAndOfAColdOne() throws Exception {
        KvmDevice.require();
        seesThem(VmSpec.of("s", Accelerator.KVM, LOAD));
    }

    @Test
    void guestSeesThatAPageIsAnotherPage() throws Exception {
        try (QemuVm vm = QemuVm.start(VmSpec.of("s", Accelerator.TCG, new GuestLoad(1, 16, 0, 20))
                        .withGuest(GuestKind.ROM));
                GuestMemory memory = new GuestMemory(vm)) {
            vm.awaitReady();
            long[] pages = memory.workloadPages();
            for (int i = 0; i < 512; i++) {
                memory.set(pages[1000], i, memory.word(pages[1001], i));
            }

            SerialLog log = awaitCorruption(vm, "cold");

            assertThat(log.corruptions()).allMatch(line -> line.startsWith("CORRUPT cold     page 1000 word 0"));
        }
    }

    private static void seesThem(VmSpec spec) throws Exception {
        try (QemuVm vm = QemuVm.start(spec);
                GuestMemory memory = new GuestMemory(vm)) {
            vm.awaitReady();
            long[] pages = memory.workloadPages();
            assertThat(pages).as("pages of 32 MiB").hasSizeGreaterThanOrEqualTo(32 * 256);
            long[] first =
                    Arrays.stream(pages).map(page -> memory.word(page, 0)).toArray();
            long passes = vm.log().heartbeats().size() > 0
                    ? vm.log().heartbeats().getLast().passes()
                    : 0;
            vm.serial()
                    .await(
                            Duration.ofMinutes(1),
                            log -> !log.heartbeats().isEmpty()
                                    && log.heartbeats().getLast().passes() > passes + 1);
            assertThat(vm.log().corruptions()).isEmpty();
            // Of the hot pages all have changed, of the cold ones none.
            long hot = firstOf(pages, i -> memory.word(pages[i], 0) != first[i]);
            long cold = firstOf(pages, i -> memory.word(pages[i], 0) == first[i]);

            spoilUntilSeen(vm, memory, hot, "hot");
            spoilUntilSeen(vm, memory, cold, "cold");

            assertThat(Continuity.of(vm.log()).problems()).anyMatch(problem -> problem.contains("CORRUPT"));
            assertThat(vm.log().heartbeats().getLast().corruptions()).isPositive();
        }
    }

    /** Again and again: a hot page may be rewritten between its corruption and its next verification. */
    private static void spoilUntilSeen(QemuVm vm, GuestMemory memory, long page, String kind) throws Exception {
        long beginNanos = System.nanoTime();
        while (!isSeen(vm, kind) && System.nanoTime() - beginNanos < PATIENCE_NANOS) {
            memory.set(page, 300, ~memory.word(page, 300));
            Thread.sleep(20);
        }
        awaitCorruption(vm, kind);
    }

    private static SerialLog awaitCorruption(QemuVm vm, String kind) {
        return vm.serial().await(Duration.ofMinutes(1), _ -> isSeen(vm, kind));
    }

    private static boolean isSeen(QemuVm vm, String kind) {
        return vm.log().corruptions().stream().anyMatch(line -> line.startsWith("CORRUPT " + kind));
    }

    private static long firstOf(long[] pages, IntPredicate condition) {
        return IntStream.range(0, pages.length)
                .filter(condition)
                .mapToLong(i -> pages[i])
                .findFirst()
                .orElseThrow();
    }
}
