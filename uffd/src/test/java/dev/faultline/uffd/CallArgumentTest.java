package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static dev.faultline.uffd.NativeThread.isStuck;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That each argument of each call reaches the kernel's field of that meaning. */
@RequiresUffd(KernelFeature.WP_HUGETLBFS_SHMEM)
@Timeout(120)
class CallArgumentTest {
    private static final int UNKNOWN_FLAG = 1 << 20;

    private final FaultFixture at = new FaultFixture(PageSize.SIZE_4K, 4, Set.of(RegisterMode.values()));
    private final TestMemory memory = at.memory;
    private final long bytes = memory.pageBytes();

    @AfterEach
    void release() {
        at.close();
    }

    @Test
    void aFlagOfANewerKernelReachesEachCallAndIsEinvalWithTheFieldLeftAlone() {
        memory.fill(0);
        List<IntFunction<Outcome>> calls = List.of(
                flags -> at.uffd.continuePages(memory.page(0), bytes, flags),
                flags -> at.uffd.copy(memory.page(1), memory.aliasPage(0), bytes, flags),
                flags -> at.uffd.zeroPages(memory.page(1), bytes, flags),
                flags -> at.uffd.move(memory.page(1), memory.page(0), bytes, flags),
                flags -> at.uffd.poison(memory.page(1), bytes, flags),
                flags -> at.uffd.writeProtect(memory.page(0), bytes, true, flags));
        assertThat(calls)
                .allSatisfy(
                        call -> assertThat(call.apply(UNKNOWN_FLAG)).isEqualTo(Outcome.failure(Errno.EINVAL, false)));
        assertThat(at.continuePages(0, 1)).as("nothing was done").isEqualTo(Outcome.DONE);
    }

    @Test
    void dontWakeOfCopyLeavesTheWakeToTheCaller() {
        memory.fill(0);
        wokenByTheCallerOnly(2, page -> at.uffd.copy(page, memory.aliasPage(0), bytes, Uffd.DONT_WAKE));
    }

    @Test
    void dontWakeOfZeroPagesLeavesTheWakeToTheCaller() {
        wokenByTheCallerOnly(2, page -> at.uffd.zeroPages(page, bytes, Uffd.DONT_WAKE));
    }

    @Test
    void dontWakeOfUnprotectingLeavesTheWakeToTheCaller() {
        memory.fill(2);
        at.uffd.continuePages(memory.page(2), bytes, Uffd.WRITE_PROTECTED);
        CompletableFuture<Boolean> store = at.thread.store(memory.page(2), (byte) 1);
        at.awaitFaultOn(2);
        assertThat(at.uffd.writeProtect(memory.page(2), bytes, false, Uffd.DONT_WAKE))
                .isEqualTo(Outcome.DONE);
        assertThat(isStuck(store)).isTrue();
        at.uffd.wake(memory.page(2), bytes);
        await(store);
    }

    private void wokenByTheCallerOnly(int page, LongFunction<Outcome> resolve) {
        CompletableFuture<byte[]> load = at.thread.load(memory.page(page), 8);
        at.awaitFaultOn(page);
        assertThat(resolve.apply(memory.page(page))).isEqualTo(Outcome.DONE);
        assertThat(isStuck(load)).isTrue();
        at.uffd.wake(memory.page(page), bytes);
        await(load);
    }

    @Test
    void aProtectedCopyIsReadableAndItsStoreIsAFault() {
        memory.fill(0);
        assertThat(at.uffd.copy(memory.page(1), memory.aliasPage(0), bytes, Uffd.WRITE_PROTECTED))
                .isEqualTo(Outcome.DONE);
        assertThat(await(at.thread.load(memory.page(1), bytes))).isEqualTo(memory.content(0));
        CompletableFuture<Boolean> store = at.thread.store(memory.page(1), (byte) 1);
        at.awaitFaultOn(1);
        assertThat(at.batch.isWriteProtect(0)).isTrue();
        assertThat(at.batch.event(0))
                .isEqualTo(new UffdEvent.PageFault(
                        UffdEvent.PageFault.WRITE | UffdEvent.PageFault.WRITE_PROTECT, memory.page(1), 0));
        at.uffd.writeProtect(memory.page(1), bytes, false, 0);
        await(store);
    }

    @Test
    void protectingKnowsNoProtectedFlagAndProtectsWithoutWakingOnly() {
        assertThat(at.uffd.writeProtect(memory.page(0), bytes, false, Uffd.WRITE_PROTECTED))
                .isEqualTo(Outcome.failure(Errno.EINVAL, false));
        assertThat(at.uffd.writeProtect(memory.page(0), bytes, true, Uffd.DONT_WAKE))
                .isEqualTo(Outcome.failure(Errno.EINVAL, false));
    }

    @Test
    void theSourceOfACopyNeedNotBeAlignedAndMustBeThere() {
        memory.fillAll(0, 1);
        MemorySegment odd = memory.aliasPages(0, 2).asSlice(3, bytes);
        assertThat(at.uffd.copy(memory.page(2), odd, bytes, 0)).isEqualTo(Outcome.DONE);
        assertThat(memory.aliasPage(2).mismatch(odd)).isEqualTo(-1);
        MemorySegment nowhere = NativeMemory.segment(0x1000, bytes);
        assertThat(at.uffd.copy(memory.page(3), nowhere, bytes, 0)).isEqualTo(Outcome.failure(Errno.EFAULT, true));
        assertThatThrownBy(() -> at.uffd.copy(memory.page(3), odd, 2 * bytes, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no native memory of that length");
        assertThatThrownBy(() -> at.uffd.copy(memory.page(3), MemorySegment.ofArray(new byte[4096]), bytes, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theCallsThatTheKernelNamesDependOnTheMode() {
        at.uffd.unregister(memory.page(0), memory.lengthBytes());
        long minor = at.uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.MINOR));
        assertThat(UffdCall.of(minor))
                .contains(UffdCall.CONTINUE, UffdCall.WAKE, UffdCall.COPY)
                .doesNotContain(UffdCall.WRITEPROTECT);
        at.uffd.unregister(memory.page(0), memory.lengthBytes());
        long protect = at.uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.WRITE_PROTECT));
        assertThat(UffdCall.of(protect)).contains(UffdCall.WRITEPROTECT).doesNotContain(UffdCall.CONTINUE);
    }

    @Test
    void aWakeOfWhatIsNoRangeIsEinval() {
        assertThat(at.uffd.wake(memory.page(0) + 1, bytes).errno()).isEqualTo(Errno.EINVAL);
        assertThat(at.uffd.wake(memory.page(0), 0).errno()).isEqualTo(Errno.EINVAL);
        assertThat(at.uffd.wake(-4096, bytes)).isEqualTo(Outcome.failure(Errno.EINVAL, false));
    }

    @Test
    void aClosedUserfaultfdCallsNobodyElsesDescriptor() {
        LinuxUffd closed = LinuxUffd.open(Set.of());
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.wake(memory.page(0), bytes)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closed.read(at.batch)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aBatchForNothingIsRefused() {
        assertThatThrownBy(() -> new EventBatch(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
