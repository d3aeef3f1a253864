package dev.faultline.migration.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.AuditReport;
import dev.faultline.migration.MigrationException;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.Acceptor;
import dev.faultline.migration.destination.DestinationEngine;
import dev.faultline.migration.destination.DestinationOptions;
import dev.faultline.migration.destination.DestinationReport;
import dev.faultline.migration.destination.LastAnswer;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.journal.Journal;
import dev.faultline.migration.journal.Phase;
import dev.faultline.migration.source.SourceEngine;
import dev.faultline.migration.source.SourceOptions;
import dev.faultline.migration.source.SourceReport;
import dev.faultline.migration.source.TakeBack;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A move whose connections break around the hand-over, and engines that go on with what the journals say. */
@Timeout(90)
class ResumeTest {
    private static final long MEMORY_BYTES = 64L << 20;
    private static final int HOT_BLOCKS = 4000;
    /** Content and zeros alternate. */
    private static final int PUSHED_FRAMES = 1000;

    private static final int COMMIT = 9;
    private static final int STARTED = 10;
    private static final int COMPLETE = 14;
    private static final int MANIFEST = 21;

    @TempDir
    private Path sourceDirectory;

    @TempDir
    private Path destinationDirectory;

    private final TestGuest source = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, false);
    private final TestGuest destination = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true);
    private final AtomicReference<Migration> running = new AtomicReference<>();
    private final CountDownLatch known = new CountDownLatch(1);

    @BeforeEach
    void fill() throws InterruptedException {
        source.resume();
        WholeMigrationTest.awaitVerified(source, HOT_BLOCKS);
    }

    @AfterEach
    void end() {
        source.close();
        destination.close();
        assertThat(source.corruption + destination.corruption).isEmpty();
    }

    /** Moves until a frame is about to be passed on, which is lost with all connections. */
    private void breakAt(MigrationMode mode, Relay.Watch watch) throws Exception {
        try (Journal out = Journal.claim(sourceDirectory, "source", source);
                Journal in = Journal.claim(destinationDirectory, "destination", destination);
                Migration migration = new Migration(
                        source, out, destination, in, Migration.Plan.of(mode).verifying(), watch)) {
            running.set(migration);
            known.countDown();
            migration.sourceFailure();
            migration.destinationFailure();
        }
    }

    private Relay.Watch losing(boolean fromSource, int type) {
        return frame -> {
            if (frame.fromSource() == fromSource && frame.type() == type) {
                known.await();
                running.get().relay.cut();
            }
        };
    }

    private Phase sourceLeft() {
        return Journal.list(sourceDirectory).getFirst().phase();
    }

    private Phase destinationLeft() {
        return Journal.list(destinationDirectory).getFirst().phase();
    }

    private static <T> FutureTask<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private SourceReport resumeSource(int port) throws MigrationException {
        InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (Journal journal = Journal.reopen(sourceDirectory, "source")) {
            SourceOptions options = new SourceOptions(to, MigrationMode.HYBRID, 0, 0, TestSwitch.NONE);
            return SourceEngine.resume(LocalHost.INSTANCE, source, options, journal, _ -> {});
        }
    }

    private static Acceptor listen() throws MigrationException {
        return Acceptor.listen(LocalHost.INSTANCE, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private SourceReport resumeBoth() throws Exception {
        try (Journal in = Journal.reopen(destinationDirectory, "destination");
                Acceptor acceptor = listen()) {
            FutureTask<DestinationReport> received = start(() -> DestinationEngine.resume(
                    LocalHost.INSTANCE,
                    destination,
                    acceptor,
                    new DestinationOptions(false, 0, TestSwitch.NONE),
                    in,
                    _ -> {}));
            SourceReport sent = resumeSource(acceptor.port());
            received.get(40, TimeUnit.SECONDS);
            return sent;
        }
    }

    private void assertMoved() throws InterruptedException {
        assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
        WholeMigrationTest.awaitVerified(destination, source.verified.get() + 3L * HOT_BLOCKS);
        assertNothingLeft();
    }

    private void assertNothingLeft() {
        assertThat(Journal.list(sourceDirectory)).isEmpty();
        assertThat(Journal.list(destinationDirectory)).isEmpty();
    }

    @Test
    void aMoveThatBreaksAfterTheHandOverGoesOn() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        int[] pushed = new int[1];
        breakAt(MigrationMode.POSTCOPY, frame -> {
            if (!frame.fromSource() && frame.type() == STARTED) {
                started.countDown();
            }
            if (frame.fromSource() && frame.role() == 1 && ++pushed[0] == PUSHED_FRAMES) {
                started.await();
                known.await();
                running.get().relay.cut();
            }
        });
        assertThat(sourceLeft()).isEqualTo(Phase.SERVING);
        assertThat(destinationLeft()).isEqualTo(Phase.RUNNING);

        SourceReport sent = resumeBoth();
        // What was there already is not pushed again.
        assertThat(sent.pushedPages()).isBetween(1L, HOT_BLOCKS - PUSHED_FRAMES / 8L);
        assertMoved();
    }

    @Test
    void aMoveWhoseStartIsNotHeardOfGoesOn() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(false, STARTED));
        assertThat(sourceLeft()).isEqualTo(Phase.COMMITTED);
        assertThat(destinationLeft()).isEqualTo(Phase.RUNNING);
        assertThat(source.state()).isEqualTo(GuestState.PAUSED);

        resumeBoth();
        assertMoved();
    }

    @Test
    void aMoveWhoseEndIsNotHeardOfIsTold() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(false, COMPLETE));
        assertThat(sourceLeft()).isEqualTo(Phase.SERVING);
        assertThat(destinationLeft()).isEqualTo(Phase.COMPLETE);

        try (Journal in = Journal.reopen(destinationDirectory, "destination");
                Acceptor acceptor = listen()) {
            FutureTask<Boolean> told = start(() -> {
                LastAnswer.tell(acceptor, in);
                return true;
            });
            // Of the audit it knows by the journal: the destination has nothing to say any more.
            assertThat(resumeSource(acceptor.port()).audit().pages()).isEqualTo(MEMORY_BYTES / 4096);
            assertThat(told.get(40, TimeUnit.SECONDS)).isTrue();
        }
        assertMoved();
    }

    /** What the pages were when they arrived was noted by an engine that has ended. */
    @Test
    void aMoveThatBreaksInItsAuditIsAuditedByTheSuccessors() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(false, MANIFEST));
        assertThat(destinationLeft()).isEqualTo(Phase.RUNNING);

        AuditReport audit = resumeBoth().audit();
        assertThat(audit.pages()).isEqualTo(MEMORY_BYTES / 4096);
        assertThat(audit.isGood()).as(audit.words()).isTrue();
        assertMoved();
    }

    @Test
    void aMoveWhoseCommitIsLostIsTakenBack() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(true, COMMIT));
        assertThat(sourceLeft()).isEqualTo(Phase.COMMITTED);
        assertThat(destinationLeft()).isEqualTo(Phase.NEVER);
        assertThat(source.state()).isEqualTo(GuestState.PAUSED);

        try (Journal in = Journal.reopen(destinationDirectory, "destination");
                Acceptor acceptor = listen()) {
            FutureTask<Boolean> told = start(() -> {
                LastAnswer.tell(acceptor, in);
                return true;
            });
            assertThatExceptionOfType(MigrationException.class)
                    .isThrownBy(() -> resumeSource(acceptor.port()))
                    .withMessage("the guest never ran on the destination; the guest goes on here as before");
            assertThat(told.get(40, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(destination.state()).isEqualTo(GuestState.RELINQUISHED);
        WholeMigrationTest.awaitVerified(source, source.verified.get() + 2L * HOT_BLOCKS);
        assertNothingLeft();
    }

    @Test
    void aSecondMoveIsRefusedWhileTheFirstOneCanBeResumed() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(false, STARTED));
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> Journal.claim(sourceDirectory, "source", source))
                .withMessage("An earlier move of 'source' was broken off when it was COMMITTED: run 'faultline resume'"
                        + " for it first");
        resumeBoth();
        assertMoved();
    }

    @Test
    void aResumptionThatFindsNobodyChangesNothing() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(false, STARTED));
        int nobody;
        try (Acceptor acceptor = listen()) {
            nobody = acceptor.port();
        }
        assertThatExceptionOfType(MigrationException.class)
                .isThrownBy(() -> resumeSource(nobody))
                .withMessageStartingWith("nobody listens at ");
        assertThat(source.state()).isEqualTo(GuestState.PAUSED);
        assertThat(sourceLeft()).isEqualTo(Phase.COMMITTED);
        resumeBoth();
        assertMoved();
    }

    /** A stranger cannot make the source believe that its guest never ran. */
    @Test
    void aDestinationThatWaitsForANewGuestIsNoAnswer() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(false, STARTED));
        try (TestGuest stranger = new TestGuest(MEMORY_BYTES, PageSize.SIZE_4K, HOT_BLOCKS, 0, true);
                Acceptor acceptor = listen()) {
            FutureTask<DestinationReport> received = start(() -> DestinationEngine.run(
                    LocalHost.INSTANCE,
                    stranger,
                    acceptor,
                    new DestinationOptions(false, 0, TestSwitch.NONE),
                    Journal.unkept(),
                    _ -> {}));
            assertThatExceptionOfType(MigrationException.class)
                    .isThrownBy(() -> resumeSource(acceptor.port()))
                    .withMessageContaining("waits for a new guest")
                    .withMessageEndingWith("nothing has changed here: run 'faultline resume' again");
            assertThat(received).isNotDone(); // it goes on waiting
        }
        assertThat(source.state()).isEqualTo(GuestState.PAUSED);
        resumeBoth();
        assertMoved();
    }

    /** The destination may have started it: only an operator who has looked there can know, and it is written down. */
    @Test
    void aGuestInDoubtRunsOnWhenAnOperatorSaysSo() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(true, COMMIT));
        assertThat(sourceLeft()).isEqualTo(Phase.COMMITTED);
        int nobody;
        try (Acceptor acceptor = listen()) {
            nobody = acceptor.port();
        }
        try (Journal journal = Journal.reopen(sourceDirectory, "source")) {
            InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), nobody);
            TakeBack.inDoubt(LocalHost.INSTANCE, source, journal, to);
        }
        assertThat(Journal.list(sourceDirectory)).isEmpty();
        assertThat(source.state()).isEqualTo(GuestState.RUNNING);
        WholeMigrationTest.awaitVerified(source, source.verified.get() + 2L * HOT_BLOCKS);
    }

    /** The engine may end between hearing of the start and writing that down. */
    @Test
    void aGuestThatWasGivenUpNeverRunsHereByOrder() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(false, STARTED));
        source.relinquish();
        try (Journal journal = Journal.reopen(sourceDirectory, "source")) {
            InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
            assertThatExceptionOfType(GuestException.class)
                    .isThrownBy(() -> TakeBack.inDoubt(LocalHost.INSTANCE, source, journal, to))
                    .withMessageContaining("never runs here again");
        }
        assertThat(sourceLeft()).isEqualTo(Phase.COMMITTED);
        resumeBoth();
        assertMoved();
    }

    @Test
    void aGuestThatRanAtItsDestinationNeverRunsHereByOrder() throws Exception {
        breakAt(MigrationMode.HYBRID, losing(false, COMPLETE));
        try (Journal journal = Journal.reopen(sourceDirectory, "source")) {
            InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> TakeBack.inDoubt(LocalHost.INSTANCE, source, journal, to))
                    .withMessageContaining("SERVING");
        }
        assertThat(source.state()).isEqualTo(GuestState.RELINQUISHED);
        assertThat(sourceLeft()).isEqualTo(Phase.SERVING);
    }

    /** A full disk costs a successor time, and the move nothing. */
    @Test
    void aMoveWhoseDirtyMapCannotBeKeptComesToItsEnd() throws Exception {
        try (Journal out = Journal.claim(sourceDirectory, "source", source);
                Journal in = Journal.claim(destinationDirectory, "destination", destination)) {
            Files.createDirectory(unwritableMap());
            try (Migration migration =
                    new Migration(source, out, destination, in, Migration.Plan.of(MigrationMode.HYBRID), _ -> {})) {
                assertThat(migration.sent().dirtyPages()).isPositive();
                migration.received();
            }
        }
        assertMoved();
    }

    /** {@return where the map is written first, as a directory: what a disk that takes nothing looks like} */
    private Path unwritableMap() throws IOException {
        try (Stream<Path> files = Files.list(sourceDirectory)) {
            String lock = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".lock"))
                    .findFirst()
                    .orElseThrow();
            return sourceDirectory.resolve(lock.replace(".lock", ".dirty.new"));
        }
    }
}
