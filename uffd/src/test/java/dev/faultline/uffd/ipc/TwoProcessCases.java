package dev.faultline.uffd.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.ChildJvm;
import dev.faultline.uffd.FaultLoop;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.NativeThread;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.TestMemory;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The guest in one process, the engine in another. {@link FdPassingTest} runs it for each page size. */
abstract class TwoProcessCases {
    static final int PAGES = 8;
    private static final String NEVER = "-1";
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Set<RegisterMode> ALL = Set.of(RegisterMode.values());

    private final PageSize size;
    private final String name = ConnectedPair.uniqueName();
    private final UnixListener listener = UnixListener.listen(name);
    private final NativeThread acceptor = new NativeThread();
    private final List<ChildJvm> children = new ArrayList<>();

    TwoProcessCases(PageSize size) {
        this.size = size;
    }

    @AfterEach
    void end() {
        children.forEach(ChildJvm::close);
        listener.close();
        acceptor.close();
    }

    @Test
    void anEngineServesTheFaultsOfAnotherProcess() {
        try (LocalGuest guest = new LocalGuest();
                UnixConnection _ = guest.startEngine(NEVER)) {
            for (int page = PAGES - 1; page >= 0; page--) {
                assertThat(NativeThread.await(guest.load(page))).isEqualTo(guest.memory.content(page));
            }
        }
    }

    @Test
    void aNewEngineServesTheFaultThatADeadOneHadTaken() {
        try (LocalGuest guest = new LocalGuest()) {
            try (UnixConnection _ = guest.startEngine("1")) {
                NativeThread.await(guest.load(0));
                CompletableFuture<byte[]> stuck = guest.load(1);
                assertThat(children.getFirst().endsWithin(LIMIT)).isTrue();
                assertThat(children.getFirst().exitCode()).isEqualTo(EngineMain.DEAD);
                assertThat(NativeThread.isStuck(stuck)).isTrue();
                try (UnixConnection _ = guest.startEngine(NEVER)) {
                    assertThat(NativeThread.await(stuck)).isEqualTo(guest.memory.content(1));
                    assertThat(NativeThread.await(guest.load(2))).isEqualTo(guest.memory.content(2));
                }
            }
        }
    }

    @Test
    void aGuestOfAnotherProcessIsServedAndTracked() {
        ChildJvm child = startGuest();
        try (UnixConnection connection = accept();
                Engine engine = Engine.attach(connection)) {
            assertThat(connection.peer().processId()).isEqualTo((int) child.pid());
            try (FaultLoop _ = FaultLoop.start(engine.uffd, engine::answer);
                    LinuxPagemap passed =
                            LinuxPagemap.adopt(engine.others.getFirst().duplicate());
                    LinuxPagemap opened = LinuxPagemap.ofProcess(child.pid())) {
                assertThat(receiveByte(connection)).as("wrong pages").isZero();
                assertThat(takeWritten(passed, engine.guest)).isEmpty();
                storeTo(connection, 3, 5);
                assertThat(takeWritten(passed, engine.guest)).containsExactly(3, 5);
                assertThat(takeWritten(opened, engine.guest)).isEmpty();
                storeTo(connection, 5);
                assertThat(takeWritten(opened, engine.guest)).containsExactly(5);
            }
        }
    }

    @Test
    void aGuestThatWasKilledIsToldFromOneThatIsFinished() {
        ChildJvm child = startGuest();
        try (UnixConnection connection = accept();
                Engine engine = Engine.attach(connection)) {
            Handover guest = engine.guest;
            child.kill();
            assertThat(engine.uffd
                            .continuePages(guest.address(), guest.pageBytes(), 0)
                            .errno())
                    .isEqualTo(Errno.ESRCH);
            assertThat(engine.uffd
                            .copy(guest.address(), engine.alias.segment(), guest.pageBytes(), 0)
                            .errno())
                    .isEqualTo(Errno.ESRCH);
            assertThat(engine.uffd.wake(guest.address(), guest.lengthBytes())).isEqualTo(Outcome.DONE);
            assertThat(engine.uffd
                            .writeProtect(guest.address(), guest.lengthBytes(), true, 0)
                            .kind())
                    .isEqualTo(Outcome.Kind.TARGET_EXITED);
            assertThatThrownBy(() -> engine.uffd.register(guest.address(), guest.lengthBytes(), ALL))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("ENOMEM");
            assertThat(connection.receive(new byte[1], new ArrayList<>(), LIMIT.toNanos()))
                    .isEqualTo(-1);
            try (LinuxPagemap passed =
                    LinuxPagemap.adopt(engine.others.getFirst().duplicate())) {
                assertThatThrownBy(() -> takeWritten(passed, guest))
                        .isInstanceOf(LinuxException.class)
                        .hasMessageContaining("ESRCH (the target process is gone)");
            }
            assertThatThrownBy(() -> LinuxPagemap.ofProcess(child.pid())).hasMessageContaining("ENOENT");
        }
    }

    private UnixConnection accept() {
        return NativeThread.await(acceptor.run(listener::accept));
    }

    private ChildJvm startGuest() {
        ChildJvm child = ChildJvm.start(GuestMain.class, name, size.name(), Integer.toString(PAGES));
        children.add(child);
        return child;
    }

    private static void storeTo(UnixConnection connection, int... pages) {
        for (int page : pages) {
            connection.send(new byte[] {(byte) page}, List.of());
            assertThat(receiveByte(connection)).isEqualTo((byte) page);
        }
    }

    private static byte receiveByte(UnixConnection connection) {
        byte[] buffer = new byte[1];
        assertThat(connection.receive(buffer, new ArrayList<>(), LIMIT.toNanos()))
                .isEqualTo(1);
        return buffer[0];
    }

    private static Set<Integer> takeWritten(LinuxPagemap pagemap, Handover guest) {
        Set<Integer> written = new TreeSet<>();
        pagemap.takeWritten(guest.address(), guest.lengthBytes(), (address, bytes) -> {
            for (long done = 0; done < bytes; done += guest.pageBytes()) {
                written.add(guest.pageOf(address + done));
            }
        });
        return written;
    }

    /** A guest of this process, for an engine in another. */
    private final class LocalGuest implements AutoCloseable {
        private final TestMemory memory = TestMemory.of(size, PAGES);
        private final LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.WP_ASYNC));
        private final NativeThread thread = new NativeThread();

        LocalGuest() {
            uffd.register(memory.page(0), memory.lengthBytes(), ALL);
        }

        UnixConnection startEngine(String answersBeforeDeath) {
            children.add(ChildJvm.start(EngineMain.class, name, answersBeforeDeath));
            UnixConnection connection = accept();
            Handover handover = new Handover(memory.page(0), memory.lengthBytes(), memory.pageBytes());
            connection.send(handover.toBytes(), List.of(uffd.fd(), memory.file().fd()));
            return connection;
        }

        CompletableFuture<byte[]> load(int page) {
            return thread.load(memory.page(page), memory.pageBytes());
        }

        @Override
        public void close() {
            uffd.unregister(memory.page(0), memory.lengthBytes());
            uffd.close();
            thread.close();
            memory.close();
        }
    }
}
