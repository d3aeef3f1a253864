package dev.faultline.guest.kvm.control;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.guest.kvm.machine.MachineType;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VmmClientTest {
    private static final long OWN_PROCESS_ID = ProcessHandle.current().pid();

    @Test
    void knowsTheRegions() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                VmmClient client = fixture.attach()) {
            assertThat(client.regions()).hasSize(1);
            GuestRegion region = client.regions().getFirst();
            assertThat(region.id()).isZero();
            assertThat(region.name()).isEqualTo("ram");
            assertThat(region.guestAddress()).isEqualTo(fixture.mapping.address());
            assertThat(region.lengthBytes()).isEqualTo(FakeMachine.MEMORY_BYTES);
            assertThat(region.file().pageSize()).isEqualTo(PageSize.SIZE_4K);
        }
    }

    @Test
    void sharesTheMemory() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                VmmClient client = fixture.attach();
                AliasMapping alias = client.regions().getFirst().file().mapAlias();
                Arena arena = Arena.ofConfined()) {
            alias.segment().set(JAVA_BYTE, 12345, (byte) 77);
            MemorySegment read = arena.allocate(1);
            fixture.file.read(12345, read);
            assertThat(read.get(JAVA_BYTE, 0)).isEqualTo((byte) 77);
            assertThat(fixture.file.allocatedBytes()).isEqualTo(4096);
            assertThat(client.query().allocatedBytes()).isEqualTo(4096);
        }
    }

    @Test
    void reportsTheGuest() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                VmmMonitor monitor = VmmMonitor.connect(fixture.name, ServerFixture.LIMIT_NANOS)) {
            GuestReport report = monitor.query();
            assertThat(report)
                    .isEqualTo(new GuestReport(
                            Version.OF_THIS_PROGRAM,
                            OWN_PROCESS_ID,
                            GuestState.RUNNING,
                            new GuestDescription(
                                    MachineType.NATIVE,
                                    "a test wants it",
                                    2,
                                    FakeMachine.MEMORY_BYTES,
                                    PageSize.SIZE_4K,
                                    64 << 10,
                                    0,
                                    1000),
                            0,
                            OptionalLong.empty(),
                            new GuestStatistics(
                                    11,
                                    22,
                                    33,
                                    5,
                                    6,
                                    1,
                                    Optional.of("vCPU 1 found page 0x200000 wrong: word 3 is 0x0000000000000007 instead"
                                            + " of 0x0000000000000005"),
                                    2000,
                                    700,
                                    Optional.of("vCPU 1 stopped"),
                                    List.of(new VcpuProgress(20, 5), new VcpuProgress(2, 1)))));
            try (VmmClient _ = fixture.attach()) {
                assertThat(monitor.query().engineProcessId()).hasValue(OWN_PROCESS_ID);
            }
        }
    }

    @Test
    void leadsASourceThroughItsSteps() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                VmmClient client = fixture.attach()) {
            assertThat(client.state()).isEqualTo(GuestState.RUNNING);
            client.pause();
            assertThat(client.state()).isEqualTo(GuestState.PAUSED);
            assertThat(client.saveDeviceState()).containsExactly(1, 2, 3);
            client.resume();
            client.pause();
            client.relinquish();
            client.relinquish();
            assertThat(client.state()).isEqualTo(GuestState.RELINQUISHED);
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(client::resume)
                    .withMessageContaining("refused 'resume'")
                    .withMessageContaining("never runs here again");
        }
    }

    @Test
    void leadsADestinationThroughItsSteps() {
        byte[] state = new byte[Commands.MAX_STATE_BYTES];
        state[state.length - 1] = 9;
        try (ServerFixture fixture = new ServerFixture(GuestState.INCOMING);
                VmmClient client = fixture.attach()) {
            assertThatExceptionOfType(GuestException.class).isThrownBy(client::resume);
            client.loadDeviceState(state);
            assertThat(fixture.machine.deviceState).isEqualTo(state);
            assertThat(client.state()).isEqualTo(GuestState.PAUSED);
            client.resume();
            assertThat(client.state()).isEqualTo(GuestState.RUNNING);
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> client.loadDeviceState(new byte[Commands.MAX_STATE_BYTES + 1]))
                    .withMessageContaining("too long");
        }
    }

    @Test
    void isRefusedWhileAnotherEngineIsAttached() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                VmmClient _ = fixture.attach();
                RawPeer second = fixture.connect()) {
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(fixture::attach)
                    .withMessageContaining("the engine of process " + OWN_PROCESS_ID + " is attached");
            assertThat(second.errorOf("attach")).isEqualTo("Busy");
        }
    }

    @Test
    void keepsOthersFromChangingItsGuest() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer other = fixture.connect()) {
            assertThat(other.execute("pause").has("return")).isTrue();
            assertThat(other.execute("resume").has("return")).isTrue();
            try (VmmClient client = fixture.attach()) {
                assertThat(other.errorOf("pause")).isEqualTo("Busy");
                assertThat(other.errorOf("resume")).isEqualTo("Busy");
                assertThat(other.errorOf("save-state")).isEqualTo("Busy");
                assertThat(other.errorOf("relinquish")).isEqualTo("Busy");
                assertThat(RawPeer.errorClass(other.ask("{\"execute\":\"load-state\",\"arguments\":{\"state\":\"\"}}")))
                        .isEqualTo("Busy");
                assertThat(other.execute("query").has("return")).isTrue();
                client.pause();
            }
        }
    }

    @Test
    void leavesAPausedGuestPausedForTheNextEngine() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING)) {
            for (int i = 0; i < 50; i++) {
                try (VmmClient client = fixture.attach()) {
                    assertThat(client.state()).isEqualTo(i == 0 ? GuestState.RUNNING : GuestState.PAUSED);
                    client.pause();
                }
            }
            assertThat(fixture.machine.state()).isEqualTo(GuestState.PAUSED);
        }
    }

    @Test
    void attachesOncePerConnection() {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                RawPeer peer = fixture.connect()) {
            assertThat(peer.execute("attach").has("return")).isTrue();
            assertThat(peer.errorOf("attach")).isEqualTo("WrongState");
            assertThat(peer.execute("pause").has("return")).isTrue();
        }
    }

    /** A load may wait for a page that only the next engine can bring. */
    @Test
    void attachesAlsoWhileACommandOfADeadEngineHangs() {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch loading = new CountDownLatch(1);
        try (ServerFixture fixture = new ServerFixture(GuestState.INCOMING)) {
            fixture.machine.inLoad = () -> {
                loading.countDown();
                ControlServerTest.awaitLatch(go);
            };
            try (RawPeer dead = fixture.connect()) {
                dead.execute("attach");
                dead.send("{\"execute\":\"load-state\",\"arguments\":{\"state\":\"\"}}\n");
                ControlServerTest.awaitLatch(loading);
            }
            try (VmmClient next = fixture.attach()) {
                assertThat(next.state()).isEqualTo(GuestState.INCOMING);
                go.countDown();
                next.pause(); // its turn comes after the load, which then has made the guest a paused one
                assertThat(next.state()).isEqualTo(GuestState.PAUSED);
            }
        } finally {
            go.countDown();
        }
    }

    @Test
    void hasTheGuestQuit() throws InterruptedException {
        try (ServerFixture fixture = new ServerFixture(GuestState.RUNNING);
                VmmMonitor monitor = VmmMonitor.connect(fixture.name, ServerFixture.LIMIT_NANOS)) {
            Thread.ofPlatform().start(() -> {
                try {
                    fixture.server.awaitQuit();
                    fixture.server.close();
                } catch (InterruptedException e) {
                    throw new AssertionError("interrupted", e);
                }
            });
            monitor.quit();
            ControlServer.listen(fixture.name).close();
        }
    }
}
