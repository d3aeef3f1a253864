package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Poller;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** UFFDIO_MOVE (Linux 6.8), UFFDIO_POISON (6.6). */
@RequiresUffd
@Timeout(120)
class MoveAndPoisonTest {
    private final RawMemory target = new RawMemory(4);
    private final RawMemory source = new RawMemory(4);
    private final LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.MOVE, UffdFeature.POISON));
    private final NativeThread thread = new NativeThread();
    private final EventBatch batch = new EventBatch(4);

    @AfterEach
    void release() {
        uffd.close();
        thread.close();
        batch.close();
        target.close();
        source.close();
    }

    private void register() {
        uffd.register(target.page(0), target.lengthBytes(), Set.of(RegisterMode.MISSING));
    }

    private Outcome move(int page, int count, int flags) {
        return uffd.move(target.page(page), source.page(page), count * RawMemory.PAGE, flags);
    }

    @Test
    void aMovedPageAnswersTheFaultAndIsGoneAtItsSource() {
        register();
        source.store(1, (byte) 7);
        CompletableFuture<byte[]> load = thread.load(target.page(1), RawMemory.PAGE);
        Poller.awaitReadable(uffd.fd(), -1);
        assertThat(uffd.read(batch)).isEqualTo(1);
        assertThat(move(1, 1, 0)).isEqualTo(Outcome.DONE);
        assertThat(await(load)).containsOnly(7);
        assertThat(source.load(1)).containsOnly(0);
    }

    @Test
    void withDontWakeTheWakeIsTheCallers() {
        register();
        source.store(0, (byte) 7);
        CompletableFuture<byte[]> load = thread.load(target.page(0), 8);
        Poller.awaitReadable(uffd.fd(), -1);
        uffd.read(batch);
        assertThat(move(0, 1, Uffd.DONT_WAKE)).isEqualTo(Outcome.DONE);
        assertThat(NativeThread.isStuck(load)).isTrue();
        uffd.wake(target.page(0), RawMemory.PAGE);
        assertThat(await(load)).containsOnly(7);
    }

    @Test
    void aHoleOfTheSourceStopsAMoveUnlessHolesAreAllowed() {
        register();
        source.store(0, (byte) 1);
        source.store(2, (byte) 3);
        assertThat(move(0, 3, 0)).isEqualTo(Outcome.partial(RawMemory.PAGE));
        assertThat(move(1, 2, 0)).isEqualTo(Outcome.failure(Errno.ENOENT, true));
        assertThat(move(1, 2, Uffd.ALLOW_SOURCE_HOLES)).isEqualTo(Outcome.DONE);
        assertThat(await(thread.load(target.page(2), 8))).containsOnly(3);
    }

    @Test
    void aMoveNeverReplacesAPage() {
        register();
        source.store(0, (byte) 1);
        uffd.zeroPages(target.page(0), RawMemory.PAGE, 0);
        assertThat(move(0, 1, 0)).isEqualTo(Outcome.failure(Errno.EEXIST, true));
        assertThat(source.load(0)).containsOnly(1);
    }

    @Test
    void aTargetThatIsNotRegisteredIsEinval() {
        source.store(0, (byte) 1);
        assertThat(move(0, 1, 0).errno()).isEqualTo(Errno.EINVAL);
    }

    @Test
    void memoryOfAFileCannotBeMovedThoughTheKernelNamesTheCall() {
        try (TestMemory memory = TestMemory.of(PageSize.SIZE_4K, 1)) {
            long calls = uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.MISSING));
            assertThat(UffdCall.of(calls)).contains(UffdCall.MOVE);
            source.store(0, (byte) 1);
            assertThat(uffd.move(memory.page(0), source.page(0), RawMemory.PAGE, 0)
                            .errno())
                    .isEqualTo(Errno.EINVAL);
            uffd.unregister(memory.page(0), memory.lengthBytes());
        }
    }

    /** A touch would be a SIGBUS and the end of this JVM; the kernel's own access is EFAULT. */
    @Test
    void aPoisonedPageCannotBeReadAndItsNeighbourCan() {
        register();
        assertThat(uffd.poison(target.page(1), RawMemory.PAGE, 0)).isEqualTo(Outcome.DONE);
        uffd.zeroPages(target.page(2), RawMemory.PAGE, 0);
        assertThat(writeOut(target.page(1))).isEqualTo(-Errno.EFAULT);
        assertThat(writeOut(target.page(2))).isEqualTo(8);
    }

    @Test
    void poisonNeverReplacesAPageAndACopyTakesItAway() {
        register();
        uffd.zeroPages(target.page(0), RawMemory.PAGE, 0);
        assertThat(uffd.poison(target.page(0), RawMemory.PAGE, 0)).isEqualTo(Outcome.failure(Errno.EEXIST, true));
        uffd.poison(target.page(1), RawMemory.PAGE, 0);
        assertThat(uffd.poison(target.page(1), RawMemory.PAGE, 0).kind()).isEqualTo(Outcome.Kind.ALREADY_MAPPED);
        source.store(0, (byte) 5);
        assertThat(uffd.copy(target.page(1), NativeMemory.segment(source.page(0), RawMemory.PAGE), RawMemory.PAGE, 0))
                .isEqualTo(Outcome.DONE);
        assertThat(await(thread.load(target.page(1), 8))).containsOnly(5);
    }

    @Test
    void poisonOutlivesTheRegistration() {
        register();
        uffd.poison(target.page(3), RawMemory.PAGE, 0);
        uffd.unregister(target.page(0), target.lengthBytes());
        assertThat(writeOut(target.page(3))).isEqualTo(-Errno.EFAULT);
        LibC.madvise(target.page(3), RawMemory.PAGE, LibC.MADV_DONTNEED);
        assertThat(writeOut(target.page(3))).isEqualTo(8);
    }

    /** {@return what the kernel says when it shall read eight bytes} */
    static long writeOut(long address) {
        try (Memfd sink = Memfd.create("sink", 4096, PageSize.SIZE_4K)) {
            return LibC.pwrite(sink.fd().number(), address, 8, 0);
        }
    }
}
