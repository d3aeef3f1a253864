package dev.faultline.qemu.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.qemu.lab.guest.GuestLoad;
import dev.faultline.qemu.lab.guest.LinuxImage;
import dev.faultline.qemu.lab.guest.RomImage;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.serial.Continuity;
import dev.faultline.testing.KvmDevice;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done to a guest's memory behind its back is seen by it. */
class CorruptionTest {
    private static final int MIB_OF_EACH = 8;
    private static final long HOT_PAGES = MIB_OF_EACH * 256L;
    private static final GuestLoad LOAD = new GuestLoad(MIB_OF_EACH, MIB_OF_EACH, GuestLoad.UNTHROTTLED, 20);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @FunctionalInterface
    private interface Spoiler {
        void spoil() throws Exception;
    }

    @BeforeEach
    void need() {
        LabHost.requireQemu();
    }

    @ParameterizedTest
    @EnumSource
    void wordOfAHotPageIsMissed(Accelerator accelerator) throws Exception {
        try (QemuVm vm = started(accelerator, LOAD);
                GuestMemory memory = new GuestMemory(vm)) {
            settle(vm);
            long page = memory.page(firstId(vm) + 5);
            spoilUntilSeen(vm, "hot", () -> memory.flip(page, 300));

            assertThat(vm.log().corruptions()).allMatch(line -> line.matches("CORRUPT hot +page 5 word .*"));
            assertThat(Continuity.of(vm.log()).problems()).anyMatch(problem -> problem.contains("CORRUPT hot"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void lastWordOfAColdPageIsMissed(Accelerator accelerator) throws Exception {
        try (QemuVm vm = started(accelerator, LOAD);
                GuestMemory memory = new GuestMemory(vm)) {
            settle(vm);
            long page = memory.page(firstId(vm) + HOT_PAGES + 7);
            memory.flip(page, GuestMemory.WORDS - 1);

            awaitCorruption(vm, "cold");

            assertThat(vm.log().corruptions())
                    .singleElement()
                    .asString()
                    .matches("CORRUPT cold +page 2055 word 511 .*");
        }
    }

    /** A whole page as it was some passes ago. */
    @ParameterizedTest
    @EnumSource
    void stalePageIsNotTakenForTheLatest(Accelerator accelerator) throws Exception {
        try (QemuVm vm = started(accelerator, LOAD);
                GuestMemory memory = new GuestMemory(vm)) {
            settle(vm);
            long page = memory.page(firstId(vm) + 9);
            long[] old = memory.copy(page);
            long passes = passes(vm);
            vm.await(PATIENCE, _ -> passes(vm) > passes + 2);
            spoilUntilSeen(vm, "hot", () -> memory.restore(page, old));
        }
    }

    @ParameterizedTest
    @EnumSource
    void pageOfAnotherAddressIsNotTakenForTheOwn(Accelerator accelerator) throws Exception {
        try (QemuVm vm = started(accelerator, LOAD);
                GuestMemory memory = new GuestMemory(vm)) {
            settle(vm);
            long page = memory.page(firstId(vm) + HOT_PAGES + 1);
            long other = memory.page(firstId(vm) + HOT_PAGES + 2);
            memory.restore(page, memory.copy(other));

            awaitCorruption(vm, "cold");
        }
    }

    /** What a device wrote into memory some time ago. */
    @Test
    void wordThatTheDiskWroteIsMissed() throws Exception {
        try (DiskImage disk = DiskImage.create();
                QemuVm vm = started(VmSpec.of("s", Accelerator.TCG, new GuestLoad(1, 1, GuestLoad.IDLE, 20))
                        .withDisk(disk));
                GuestMemory memory = new GuestMemory(vm)) {
            settle(vm);
            vm.await(PATIENCE, log -> log.heartbeats().stream().anyMatch(beat -> beat.diskOperations() > 200));
            assertThat(vm.log().corruptions()).isEmpty();

            spoilUntilSeen(
                    vm,
                    "held",
                    () -> memory.pages(id -> id >= GuestMemory.DISK_ID).forEach(page -> memory.flip(page, 100)));
        }
    }

    private static QemuVm started(Accelerator accelerator, GuestLoad load) {
        if (accelerator == Accelerator.KVM) {
            KvmDevice.require();
        }
        return started(VmSpec.of("s", accelerator, load));
    }

    private static QemuVm started(VmSpec spec) {
        if (spec.guest() == GuestKind.LINUX) {
            LinuxImage.require();
        }
        return QemuVm.start(spec.withMemory(128L << 20, Backing.FILE));
    }

    private static void settle(QemuVm vm) {
        vm.awaitReady();
        vm.awaitHeartbeats(20, PATIENCE);
        assertThat(vm.log().corruptions()).isEmpty();
    }

    /** The ROM guest's ids are addresses. */
    private static long firstId(QemuVm vm) {
        return vm.spec().guest() == GuestKind.ROM ? RomImage.AREA >> 12 : 0;
    }

    private static long passes(QemuVm vm) {
        return vm.log().heartbeats().getLast().passes();
    }

    /** Again and again: a page may be rewritten between its corruption and its next verification. */
    private static void spoilUntilSeen(QemuVm vm, String kind, Spoiler spoiler) throws Exception {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!isSeen(vm, kind) && System.nanoTime() - deadlineNanos < 0) {
            spoiler.spoil();
            Thread.sleep(20);
        }
        awaitCorruption(vm, kind);
        assertThat(vm.log().heartbeats().getLast().corruptions()).isPositive();
    }

    /** Until the report, and the heartbeat that counts it, are there. */
    private static void awaitCorruption(QemuVm vm, String kind) {
        vm.await(PATIENCE, _ -> isSeen(vm, kind));
        vm.awaitHeartbeats(2, PATIENCE);
    }

    private static boolean isSeen(QemuVm vm, String kind) {
        return vm.log().corruptions().stream().anyMatch(line -> line.startsWith("CORRUPT " + kind));
    }
}
