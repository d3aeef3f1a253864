package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Poller;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which accesses a userfaultfd serves: the kernel's own too, unless it was opened for those of user code only. */
@RequiresUffd
@Timeout(120)
class KernelAccessTest {
    private static final long PAGE = PageSize.SIZE_4K.bytes();

    @Test
    void theKernelsReadWaitsForAnAnswer() {
        try (FaultFixture at = new FaultFixture(PageSize.SIZE_4K, 1, FaultFixture.MISSING_AND_MINOR)) {
            at.memory.fill(0);
            CompletableFuture<Long> write = at.thread.run(() -> MoveAndPoisonTest.writeOut(at.memory.page(0)));
            at.awaitFaultOn(0);
            assertThat(write).isNotDone();
            at.continuePages(0, 1);
            assertThat(await(write)).isEqualTo(8);
        }
    }

    @Test
    void userModeOnlyServesUserCodeAndRefusesTheKernel() {
        try (TestMemory memory = TestMemory.of(PageSize.SIZE_4K, 2);
                LinuxUffd uffd = LinuxUffd.open(0, true);
                EventBatch batch = new EventBatch(2);
                NativeThread thread = new NativeThread()) {
            uffd.register(memory.page(0), memory.lengthBytes(), FaultFixture.MISSING_AND_MINOR);
            memory.fillAll(0, 1);
            assertThat(MoveAndPoisonTest.writeOut(memory.page(0))).isEqualTo(-Errno.EFAULT);
            assertThat(LibC.madvise(memory.page(0), PAGE, LibC.MADV_POPULATE_READ))
                    .isEqualTo(-Errno.EFAULT);
            assertThat(uffd.read(batch)).isZero();

            CompletableFuture<byte[]> load = thread.load(memory.page(1), PAGE);
            assertThat(Poller.awaitReadable(uffd.fd(), 30_000_000_000L)).isTrue();
            assertThat(uffd.read(batch)).isEqualTo(1);
            uffd.continuePages(memory.page(1), PAGE, 0);
            assertThat(await(load)).isEqualTo(memory.content(1));
            uffd.unregister(memory.page(0), memory.lengthBytes());
        }
    }

    /** A touch would be a SIGBUS and the end of this JVM; the kernel's own access is EFAULT. */
    @Test
    void withSigbusNothingIsReportedAndTheAccessFails() {
        try (FaultFixture at =
                new FaultFixture(PageSize.SIZE_4K, 1, FaultFixture.MISSING_AND_MINOR, UffdFeature.SIGBUS)) {
            at.memory.fill(0);
            assertThat(MoveAndPoisonTest.writeOut(at.memory.page(0))).isEqualTo(-Errno.EFAULT);
            assertThat(at.uffd.read(at.batch)).isZero();
            at.continuePages(0, 1);
            assertThat(MoveAndPoisonTest.writeOut(at.memory.page(0))).isEqualTo(8);
        }
    }

    @Test
    void aFeatureOfANewerKernelIsAskedForAndItsLackIsNamed() {
        assertThat(LinuxUffd.kernelFeatureBits() & UffdFeature.MINOR_SHMEM.mask())
                .isNotZero();
        assertThatThrownBy(() -> LinuxUffd.open(1L << 62 | UffdFeature.MINOR_SHMEM.mask(), false))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("EINVAL")
                .hasMessageContaining("the unknown bits 0x4000000000000000");
    }

    @Test
    void aModeOfANewerKernelReachesTheKernel() {
        try (TestMemory memory = TestMemory.of(PageSize.SIZE_4K, 1);
                LinuxUffd uffd = LinuxUffd.open(Set.of())) {
            assertThatThrownBy(() -> uffd.register(memory.page(0), PAGE, 1L << 40))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("modes=0x10000000000")
                    .hasMessageContaining("EINVAL");
        }
    }
}
