package dev.faultline.uffd.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UnixSocketTest {
    private static final int F_GETFD = 1;

    /** Otherwise the call would go on with the number, which may be a stranger's file by then. */
    @Test
    void theDescriptorOutlivesTheCallThatItWasClosedUnder() {
        UnixSocket socket = UnixSocket.open(UnixSocket.SOCK_STREAM);
        AtomicInteger number = new AtomicInteger();
        long during = socket.call(fd -> {
            number.set(fd.number());
            socket.close();
            return LibC.fcntl(fd.number(), F_GETFD, 0);
        });
        assertThat(during).isNotNegative();
        assertThat(LibC.fcntl(number.get(), F_GETFD, 0)).isEqualTo(-Errno.EBADF);
    }
}
