package dev.faultline.guest.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.kvm.control.ControlServer;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.VmmMonitor;
import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guest's process inside the JVM of the tests. */
@RequiresUffd
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuestProcessTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** A guest that a thread of this JVM runs. */
    private static final class Running implements AutoCloseable {
        private final GuestConfig config;
        private final CompletableFuture<Integer> status = new CompletableFuture<>();
        private final String line;

        Running(GuestConfig config) {
            this.config = config;
            CompletableFuture<String> ready = new CompletableFuture<>();
            Thread.ofPlatform().name("guest").start(() -> {
                try {
                    status.complete(GuestProcess.run(config, ready::complete));
                } catch (GuestException e) {
                    ready.completeExceptionally(e);
                }
            });
            line = ready.join();
        }

        VmmMonitor monitor() {
            return VmmMonitor.connect(config.controlName(), LIMIT_NANOS);
        }

        GuestReport query() {
            try (VmmMonitor monitor = monitor()) {
                return monitor.query();
            }
        }

        int quit() {
            try (VmmMonitor monitor = monitor()) {
                monitor.quit();
            }
            return status.join();
        }

        @Override
        public void close() {
            if (!status.isDone()) {
                quit();
            }
        }
    }

    @Test
    void runsAFreshGuestUntilItIsToldToQuit() {
        try (Running guest = new Running(TestConfig.running(MachineChoice.NATIVE))) {
            assertThat(guest.line)
                    .isEqualTo("guest " + guest.config.controlName() + " RUNNING: machine NATIVE (it was asked for),"
                            + " 2 vCPUs, 16 MiB in pages of 4 KiB");
            GuestReport report = guest.query();
            while (report.statistics().heartbeats() < 3) {
                report = guest.query();
            }
            assertThat(report.state()).isEqualTo(GuestState.RUNNING);
            assertThat(report.description().machine()).isEqualTo(MachineType.NATIVE);
            assertThat(report.description().why()).isEqualTo("it was asked for");
            assertThat(report.statistics().corruptions()).isZero();
            assertThat(report.allocatedBytes()).isPositive();
            assertThat(guest.quit()).isZero();
        }
    }

    @Test
    void leavesNothingBehind() throws IOException {
        try (Running guest = new Running(TestConfig.running(MachineChoice.NATIVE))) {
            assertThat(mappings()).contains("faultline-guest");
            guest.quit();
        }
        assertThat(mappings()).doesNotContain("faultline-guest");
    }

    private static String mappings() throws IOException {
        return Files.readString(Path.of("/proc/self/maps"));
    }

    @Test
    void aGuestThatStartsPausedHasDoneNothing() {
        try (Running guest = new Running(TestConfig.paused(MachineChoice.NATIVE))) {
            GuestReport report = guest.query();
            assertThat(report.state()).isEqualTo(GuestState.PAUSED);
            assertThat(report.statistics().pagesVerified()).isZero();
        }
    }

    @Test
    void anIncomingGuestAllocatesNothing() {
        try (Running guest = new Running(TestConfig.incoming(MachineChoice.AUTO, PageSize.SIZE_4K))) {
            GuestReport report = guest.query();
            assertThat(report.state()).isEqualTo(GuestState.INCOMING);
            assertThat(report.allocatedBytes()).isZero();
        }
    }

    @Test
    @RequiresHugePages((int) (TestConfig.MEMORY_BYTES >> 21))
    void anIncomingGuestReservesItsHugePagesAndAllocatesNone() {
        long needed = TestConfig.MEMORY_BYTES / PageSize.SIZE_2M.bytes();
        try (Running guest = new Running(TestConfig.incoming(MachineChoice.NATIVE, PageSize.SIZE_2M))) {
            assertThat(guest.query().allocatedBytes()).isZero();
            assertThat(HugePages.read().reserved()).isGreaterThanOrEqualTo(needed);
        }
    }

    private static void assertImpossible(GuestConfig config, String reason) {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> GuestProcess.run(config, line -> {
                    throw new AssertionError(line);
                }))
                .withMessageContaining(reason)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void saysWhatIsWrongAndLeavesNothingBehind() throws IOException {
        GuestConfig tooLarge = TestConfig.config(
                TestConfig.freshName(), 200L << 30, PageSize.SIZE_2M, false, false, MachineChoice.NATIVE);
        assertImpossible(tooLarge, "needs 102400 free huge pages of 2 MiB");
        GuestConfig tooSmall = TestConfig.config(
                TestConfig.freshName(), 2 << 20, PageSize.SIZE_4K, false, false, MachineChoice.NATIVE);
        assertImpossible(tooSmall, "guest memory of 2 MiB is too small");
        assertThat(mappings()).doesNotContain("faultline-guest");
        ControlServer.listen(tooLarge.controlName()).close();
        ControlServer.listen(tooSmall.controlName()).close();
    }

    @Test
    void saysThatTheNameIsTaken() {
        GuestConfig config = TestConfig.running(MachineChoice.NATIVE);
        try (ControlServer _ = ControlServer.listen(config.controlName())) {
            assertImpossible(config, "'" + config.controlName() + "' is taken");
        }
    }
}
