package dev.faultline.guest.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faultline.guest.kvm.control.VmmClient;
import dev.faultline.guest.kvm.control.VmmMonitor;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Poller;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the process of a guest ends. */
@RequiresUffd
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChildGuestTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    @Test
    void sigtermEndsItInOrder(@TempDir Path folder) {
        Path socket = folder.resolve("control");
        GuestConfig config = TestConfig.bound(TestConfig.config(
                socket.toString(), TestConfig.MEMORY_BYTES, PageSize.SIZE_4K, false, false, MachineChoice.NATIVE));
        try (ChildGuest guest = new ChildGuest(config)) {
            assertThat(guest.readLine()).startsWith("guest " + socket + " RUNNING");
            assertThat(socket).exists();
            guest.terminate();
            assertThat(guest.exitStatus()).hasValue(128 + 15);
            assertThat(socket).doesNotExist();
            assertThat(guest.readLine()).isNull();
        }
    }

    @Test
    void quitEndsItWithStatusZero() {
        GuestConfig config = TestConfig.bound(TestConfig.running(MachineChoice.AUTO));
        try (ChildGuest guest = new ChildGuest(config)) {
            assertThat(guest.readLine()).contains("RUNNING");
            try (VmmMonitor monitor = VmmMonitor.connect(config.controlName(), LIMIT_NANOS)) {
                assertThat(monitor.query().processId()).isEqualTo(guest.processId());
                monitor.quit();
            }
            assertThat(guest.exitStatus()).hasValue(0);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MachineChoice.class,
            names = {"KVM", "NATIVE"})
    void quitEndsItAlsoWhenItsGuestWaitsForAPageThatNobodyBrings(MachineChoice machine) {
        TestConfig.require(machine);
        GuestConfig config = TestConfig.bound(TestConfig.paused(machine));
        try (ChildGuest guest = new ChildGuest(config)) {
            assertThat(guest.readLine()).contains("PAUSED");
            try (VmmClient client = VmmClient.attach(config.controlName(), LIMIT_NANOS);
                    VmmMonitor monitor = VmmMonitor.connect(config.controlName(), LIMIT_NANOS)) {
                GuestRegion region = client.regions().getFirst();
                client.uffd(region)
                        .register(
                                region.guestAddress(),
                                region.lengthBytes(),
                                EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR));
                client.resume();
                assertThat(Poller.awaitReadable(client.uffd(region).fd(), LIMIT_NANOS))
                        .isTrue();
                assertThat(monitor.query().state()).isEqualTo(GuestState.RUNNING);
                monitor.quit();
                assertThat(guest.exitStatus()).hasValue(0);
            }
        }
    }

    @Test
    void itsDeathIsToldToItsEngine() {
        GuestConfig config = TestConfig.bound(TestConfig.running(MachineChoice.NATIVE));
        try (ChildGuest guest = new ChildGuest(config)) {
            guest.readLine();
            try (VmmClient client = VmmClient.attach(config.controlName(), LIMIT_NANOS)) {
                guest.kill();
                guest.exitStatus();
                assertThatExceptionOfType(GuestException.class)
                        .isThrownBy(client::pause)
                        .withMessageContaining("closed its connection before it answered 'pause'");
                assertThatExceptionOfType(GuestException.class).isThrownBy(client::state);
            }
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> VmmClient.attach(config.controlName(), LIMIT_NANOS))
                    .withMessageContaining("no guest process listens there");
        }
    }

    @Test
    void itDiesWithItsParent() throws InterruptedException {
        GuestConfig config = TestConfig.running(MachineChoice.NATIVE);
        try (ChildGuest parent = new ChildGuest(ParentMain.class, GuestMain.encode(config))) {
            assertThat(parent.readLine()).contains("RUNNING");
            Path guest = Path.of("/proc", parent.readLine(), "stat");
            assertThat(guest).exists();
            parent.kill();
            while (Files.exists(guest) && !isZombie(guest)) {
                Thread.sleep(10);
            }
        }
    }

    /** Who adopts it may not care to bury it. */
    private static boolean isZombie(Path stat) {
        try {
            return Files.readString(stat).contains(") Z ");
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void aStrangerIsToldThatItMayNotControlTheGuest() {
        assumeTrue(Processes.isRoot(), "only root can become somebody else");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv of util-linux");
        GuestConfig config = TestConfig.bound(TestConfig.paused(MachineChoice.NATIVE));
        try (ChildGuest guest = new ChildGuest(config)) {
            assertThat(guest.readLine()).contains("PAUSED");
            ChildGuest stranger = new ChildGuest(AS_NOBODY, StrangerMain.class, config.controlName());
            String line = stranger.readLine();
            assumeTrue(
                    !String.valueOf(line).contains("could not find"), "the user nobody cannot read the build's output");
            assertThat(line)
                    .isEqualTo(
                            "{\"error\":{\"class\":\"Forbidden\",\"desc\":\"only root and user 0 may control this guest\"}}");
            assertThat(stranger.readLine()).isNull();
            assertThat(stranger.exitStatus()).hasValue(0);
        }
    }

    @Test
    void itDoesNotStartWhenItsParentHasEnded() {
        GuestConfig config = TestConfig.withParent(TestConfig.running(MachineChoice.NATIVE), OptionalLong.of(1));
        try (ChildGuest guest = new ChildGuest(config)) {
            assertThat(guest.readLine()).contains("its parent, process 1, has ended");
            assertThat(guest.exitStatus()).hasValue(1);
        }
    }
}
