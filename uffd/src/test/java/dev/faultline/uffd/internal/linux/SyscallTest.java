package dev.faultline.uffd.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.NativeThread;
import dev.faultline.uffd.os.EventFd;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SyscallTest {
    private static final int CALLS = 20_000;

    @Test
    void aFailedCallIsItsNegatedErrno() {
        assertThat(LibC.close(-1)).isEqualTo(-Errno.EBADF);
        assertThat(LibC.open("/no/such/file", LibC.O_RDONLY)).isEqualTo(-Errno.ENOENT);
        assertThat(LibC.munmap(1, 1)).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void theKernelSeesAllSixArguments() {
        long address = LibC.mmap(0, 8192, LibC.PROT_READ, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 0);
        assertThat(address).isPositive();
        assertThat(LibC.mmap(0, 8192, LibC.PROT_READ, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS, -1, 1))
                .isEqualTo(-Errno.EINVAL);
        assertThat(LibC.munmap(address, 8192)).isZero();
    }

    @Test
    void processAndThreadAreThisOnes() {
        assertThat((long) LibC.getpid()).isEqualTo(ProcessHandle.current().pid());
        try (NativeThread other = new NativeThread()) {
            assertThat(other.id()).isNotEqualTo(LibC.gettid());
        }
    }

    /** One errno or one argument structure for all threads would mix their results up. */
    @Test
    void threadsThatCallAtTheSameTimeSeeTheirOwnResults() {
        try (NativeThread first = new NativeThread();
                NativeThread second = new NativeThread();
                EventFd small = new EventFd();
                EventFd large = new EventFd()) {
            CompletableFuture<Integer> one = first.run(() -> othersResults(() -> LibC.close(-1), -Errno.EBADF));
            CompletableFuture<Integer> two = second.run(() -> othersResults(() -> LibC.munmap(1, 1), -Errno.EINVAL));
            assertThat(NativeThread.await(one)).isZero();
            assertThat(NativeThread.await(two)).isZero();
            CompletableFuture<Integer> three = first.run(() -> othersResults(() -> throughScratch(small, 1), 1));
            CompletableFuture<Integer> four = second.run(() -> othersResults(() -> throughScratch(large, 7), 7));
            assertThat(NativeThread.await(three)).isZero();
            assertThat(NativeThread.await(four)).isZero();
        }
    }

    private static int othersResults(LongSupplier call, long expected) {
        int wrong = 0;
        for (int i = 0; i < CALLS; i++) {
            wrong += call.getAsLong() == expected ? 0 : 1;
        }
        return wrong;
    }

    /** {@return a value that went to an eventfd and came back} */
    private static long throughScratch(EventFd eventFd, long value) {
        var argument = Scratch.ofThisThread().argument();
        argument.set(JAVA_LONG, 0, value);
        LibC.write(eventFd.fd().number(), argument.address(), Long.BYTES);
        argument.set(JAVA_LONG, 0, 0);
        LibC.read(eventFd.fd().number(), argument.address(), Long.BYTES);
        return argument.get(JAVA_LONG, 0);
    }
}
