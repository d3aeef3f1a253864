package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Poller;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events that are no faults: what the address space's owner does to it waits until they are read. */
@RequiresUffd
@Timeout(120)
class ChangeEventTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long PATIENCE_NANOS = LIMIT.toNanos();

    private final NativeThread thread = new NativeThread();
    private final EventBatch batch = new EventBatch(8);

    @AfterEach
    void release() {
        thread.close();
        batch.close();
    }

    @Test
    void pagesThatAreGivenBackAreARemoveOfTheirRange() {
        try (FaultFixture at = removable(4)) {
            CompletableFuture<Boolean> advice = thread.run(() -> giveBack(at, 1, 2));
            assertThat(read(at.uffd)).isEqualTo(1);
            assertThat(batch.event(0)).isEqualTo(new UffdEvent.Remove(at.memory.page(1), at.memory.pages(2)));
            assertThat(batch.isPageFault(0)).isFalse();
            assertThat(batch.start(0)).isEqualTo(at.memory.page(1));
            assertThat(batch.lengthBytes(0)).isEqualTo(at.memory.pages(2));
            assertThat(await(advice)).isTrue();
        }
    }

    /** EAGAIN with nothing done, and not the EAGAIN of a call that stopped half way. */
    @Test
    void whileAChangeIsUnreadNothingCanBeResolvedAndTheWakeCan() {
        try (FaultFixture at = removable(3);
                RawMemory other = new RawMemory(1)) {
            at.memory.fill(0);
            CompletableFuture<Boolean> advice = thread.run(() -> giveBack(at, 2, 1));
            assertThat(Poller.awaitReadable(at.uffd.fd(), PATIENCE_NANOS)).isTrue();
            long page = at.memory.page(0);
            long bytes = at.memory.pageBytes();
            Outcome changing = Outcome.failure(Errno.EAGAIN, true);
            assertThat(changing.kind()).isEqualTo(Outcome.Kind.CHANGING);
            List<Supplier<Outcome>> calls = List.of(
                    () -> at.uffd.continuePages(page, bytes, 0),
                    () -> at.uffd.copy(page, at.memory.aliasPage(0), bytes, 0),
                    () -> at.uffd.zeroPages(page, bytes, 0),
                    () -> at.uffd.poison(page, bytes, 0),
                    () -> at.uffd.move(page, other.page(0), bytes, 0));
            assertThat(calls).allSatisfy(call -> assertThat(call.get()).isEqualTo(changing));
            assertThat(at.uffd.writeProtect(page, bytes, false, 0)).isEqualTo(Outcome.failure(Errno.EAGAIN, false));
            assertThat(at.uffd.wake(page, bytes)).isEqualTo(Outcome.DONE);

            assertThat(read(at.uffd)).isEqualTo(1);
            await(advice);
            assertThat(at.continuePages(0, 1)).isEqualTo(Outcome.DONE);
        }
    }

    @Test
    void aMappingThatMovesTakesItsRegistrationAlong() {
        try (RawMemory memory = new RawMemory(2);
                LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.EVENT_REMAP))) {
            uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.MISSING));
            RawMemory place = new RawMemory(2);
            long from = memory.page(0);
            CompletableFuture<Boolean> move = thread.run(() -> memory.moveOver(place));
            assertThat(read(uffd)).isEqualTo(1);
            assertThat(batch.event(0)).isEqualTo(new UffdEvent.Remap(from, place.page(0), memory.lengthBytes()));
            assertThat(batch.lengthBytes(0)).isEqualTo(memory.lengthBytes());
            assertThat(await(move)).isTrue();

            CompletableFuture<byte[]> load = thread.load(memory.page(1), 8);
            assertThat(read(uffd)).isEqualTo(1);
            assertThat(batch.address(0)).isEqualTo(memory.page(1));
            assertThat(uffd.zeroPages(memory.page(1), RawMemory.PAGE, 0)).isEqualTo(Outcome.DONE);
            assertThat(await(load)).containsOnly(0);
        }
    }

    @Test
    void withoutTheFeatureAMappingThatMovesLosesItsRegistration() {
        try (RawMemory memory = new RawMemory(1);
                LinuxUffd uffd = LinuxUffd.open(Set.of())) {
            uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.MISSING));
            assertThat(memory.moveOver(new RawMemory(1))).isTrue();
            assertThat(await(thread.load(memory.page(0), 8))).containsOnly(0);
            assertThat(uffd.zeroPages(memory.page(0), RawMemory.PAGE, 0).kind()).isEqualTo(Outcome.Kind.GONE);
        }
    }

    @Test
    void aMappingThatIsTakenAwayIsAnUnmapOfItsRange() {
        try (RawMemory memory = new RawMemory(3);
                LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.EVENT_UNMAP))) {
            uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.MISSING));
            CompletableFuture<Boolean> unmap = thread.run(() -> memory.unmap(2));
            assertThat(read(uffd)).isEqualTo(1);
            assertThat(batch.event(0)).isEqualTo(new UffdEvent.Unmap(memory.page(2), RawMemory.PAGE));
            assertThat(await(unmap)).isTrue();
            uffd.unregister(memory.page(0), 2 * RawMemory.PAGE);
        }
    }

    /** Of a JVM whose ProcessBuilder forks instead of sharing its memory with the child. */
    @Test
    void aForkBringsTheUserfaultfdOfTheChild() {
        List<String> options =
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djdk.lang.Process.launchMechanism=FORK");
        try (ChildJvm child = ChildJvm.start(ForkMain.class, options)) {
            TouchMain.Told told = TouchMain.told(child, LIMIT);
            try (LinuxUffd uffd = LinuxUffd.takeFrom(child.pid(), told.uffdNumber())) {
                assertThat(read(uffd)).isEqualTo(1);
                assertThat(batch.kind(0)).isEqualTo(EventKind.FORK);
                try (LinuxUffd forked = uffd.takeForked(batch, 0)) {
                    assertThat(batch.event(0))
                            .isEqualTo(new UffdEvent.Fork(forked.fd().number()));
                    assertThat(forked.backlog()).isEqualTo(new UffdBacklog(0, 0));
                    assertThat(child.endsWithin(LIMIT)).as(child::output).isTrue();
                    assertThat(child.output()).contains("exit 0");
                    assertThat(forked.zeroPages(told.address(), RawMemory.PAGE, 0)
                                    .kind())
                            .isEqualTo(Outcome.Kind.TARGET_EXITED);
                }
            }
        }
    }

    private static FaultFixture removable(int pages) {
        return new FaultFixture(PageSize.SIZE_4K, pages, Set.of(RegisterMode.values()), UffdFeature.EVENT_REMOVE);
    }

    private static boolean giveBack(FaultFixture at, int page, int count) {
        return LibC.madvise(at.memory.page(page), at.memory.pages(count), LibC.MADV_DONTNEED) == 0;
    }

    private int read(LinuxUffd uffd) {
        assertThat(Poller.awaitReadable(uffd.fd(), PATIENCE_NANOS)).isTrue();
        return uffd.read(batch);
    }
}
