package dev.faultline.uffd.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.ChildJvm;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.FaultLoop;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.TestMemory;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Serving a process that opened no userfaultfd and passes none on. */
@RequiresUffd
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RemoteUffdTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<String> SMALL = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @BeforeEach
    void require() {
        Stranger.require();
    }

    @Test
    void aProcessIsServedByAUserfaultfdThatWasOpenedInItFromOutside() {
        try (Guest guest = new Guest()) {
            RemoteUffd opened = RemoteProcess.of(guest.processId).openUffd(Set.of(UffdFeature.MINOR_SHMEM));
            try (LinuxUffd uffd = opened.uffd()) {
                assertThat(opened.stoppedNanos()).isPositive();
                assertThat(Path.of("/proc/" + guest.processId + "/fd/" + opened.numberInside()))
                        .isSymbolicLink();
                uffd.register(guest.address, guest.lengthBytes(), Set.of(RegisterMode.MISSING, RegisterMode.MINOR));
                try (FaultLoop _ = FaultLoop.start(uffd, (batch, index) -> guest.answer(uffd, batch, index))) {
                    assertThat(guest.touchAll()).as("wrong pages").isZero();
                }
            }
        }
    }

    /** The guest waits for the one that comes next, which asks the kernel for the faults again. */
    @Test
    void leftOpenInsideItOutlivesThisSideAndASuccessorTakesIt() {
        try (Guest guest = new Guest()) {
            RemoteUffd opened = RemoteProcess.of(guest.processId).openUffd(Set.of());
            LinuxUffd first = opened.uffd();
            first.register(guest.address, guest.lengthBytes(), Set.of(RegisterMode.MISSING, RegisterMode.MINOR));
            guest.beginToTouch();
            while (first.backlog().unread() == 0) {
                Thread.onSpinWait();
            }
            try (EventBatch batch = new EventBatch(1)) {
                assertThat(first.read(batch)).isEqualTo(1);
            }
            first.close();
            try (LinuxUffd second = LinuxUffd.takeFrom(guest.processId, opened.numberInside())) {
                second.wake(guest.address, guest.lengthBytes());
                try (FaultLoop _ = FaultLoop.start(second, (batch, index) -> guest.answer(second, batch, index))) {
                    assertThat(guest.wrongPages()).isZero();
                }
            }
        }
    }

    @Test
    void closedInsideItEndsWithThisSide() {
        try (Guest guest = new Guest()) {
            RemoteProcess process = RemoteProcess.of(guest.processId);
            RemoteUffd opened = process.openUffd(Set.of());
            opened.uffd().register(guest.address, guest.lengthBytes(), Set.of(RegisterMode.MISSING));
            process.closeInside(opened.numberInside());
            assertThat(Path.of("/proc/" + guest.processId + "/fd/" + opened.numberInside()))
                    .doesNotExist();
            opened.uffd().close();
            assertThat(guest.touchAll()).as("pages of zeros").isEqualTo(GuestMain.PAGES);
        }
    }

    @Test
    void aFeatureThatTheKernelLacksLeavesNothingOpenInside() {
        try (Stranger cat = Stranger.startAndAwait(List.of("cat"), 0)) {
            long before = openFiles(cat.pid());
            assertThatThrownBy(() -> RemoteProcess.of(cat.pid()).openUffd(1L << 62))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("0x4000000000000000")
                    .hasMessageContaining("EINVAL");
            assertThat(openFiles(cat.pid())).isEqualTo(before);
        }
    }

    @Test
    void aProcessThatMayNotOpenOneIsTold() {
        assumeTrue(Processes.isRoot(), "only root can make somebody else");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv of util-linux");
        try (Stranger cat = Stranger.start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat")) {
            while (!cat.line("comm").equals("cat") || cat.call().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> RemoteProcess.of(cat.pid()).openUffd(Set.of()))
                    .hasMessageContaining("userfaultfd(CLOEXEC|NONBLOCK) in process " + cat.pid() + " failed: EPERM")
                    .hasMessageContaining("That process needs CAP_SYS_PTRACE itself");
        }
    }

    private static long openFiles(long processId) {
        String[] files = Path.of("/proc/" + processId + "/fd").toFile().list();
        return files == null ? -1 : files.length;
    }

    /** A process with memory, that touches it when it is told to. */
    private static final class Guest implements AutoCloseable {
        private final String name = "@faultline-remote-" + System.nanoTime();
        private final UnixListener listener = UnixListener.listen(name);
        private final ChildJvm shell = ChildJvm.startWithPrefix(Stranger.PREFIX, GuestMain.class, SMALL, name);
        private final UnixConnection connection = listener.accept();
        private final Memfd file;
        private final AliasMapping alias;
        final long processId = connection.peer().processId();
        final long address;

        Guest() {
            byte[] told = new byte[Long.BYTES];
            List<Fd> fds = new ArrayList<>();
            assertThat(connection.receive(told, fds, LIMIT.toNanos())).isEqualTo(Long.BYTES);
            address = ByteBuffer.wrap(told).getLong();
            file = Memfd.adopt(fds.getFirst(), lengthBytes(), PageSize.SIZE_4K);
            alias = file.mapAlias();
        }

        long lengthBytes() {
            return GuestMain.PAGES * PageSize.SIZE_4K.bytes();
        }

        void answer(LinuxUffd uffd, EventBatch batch, int index) {
            long pageBytes = PageSize.SIZE_4K.bytes();
            long offset = batch.address(index) - address;
            TestMemory.fill(alias.segment().asSlice(offset, pageBytes), (int) (offset / pageBytes));
            uffd.continuePages(batch.address(index), pageBytes, 0).orThrow("UFFDIO_CONTINUE");
        }

        void beginToTouch() {
            connection.send(new byte[1], List.of());
        }

        int touchAll() {
            beginToTouch();
            return wrongPages();
        }

        int wrongPages() {
            byte[] wrong = new byte[1];
            assertThat(connection.receive(wrong, new ArrayList<>(), LIMIT.toNanos()))
                    .as(shell::output)
                    .isEqualTo(1);
            return wrong[0];
        }

        @Override
        public void close() {
            connection.close();
            shell.close();
            listener.close();
            alias.close();
            file.close();
        }
    }
}
