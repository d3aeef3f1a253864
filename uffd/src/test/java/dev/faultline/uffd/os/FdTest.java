package dev.faultline.uffd.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.internal.linux.LibC;
import org.junit.jupiter.api.Test;

class FdTest {
    private static final int F_GETFD = 1;
    private static final int FD_CLOEXEC = 1;

    @Test
    void aClosedDescriptorCannotBeUsed() {
        Fd fd = Fd.open("/dev/null", false);
        fd.close();
        assertThatThrownBy(fd::number).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    }

    /** The number may have been given to another file in between. */
    @Test
    void closingTwiceLeavesAStrangersDescriptorAlone() {
        Fd first = Fd.open("/dev/null", false);
        int number = first.number();
        first.close();
        try (Fd stranger = Fd.open("/dev/zero", false)) {
            assertThat(stranger.number()).isEqualTo(number);
            first.close();
            assertThat(LibC.fcntl(number, F_GETFD, 0)).isNotNegative();
        }
    }

    @Test
    void aDuplicateOutlivesItsOriginal() {
        Fd original = Fd.open("/dev/null", false);
        try (Fd duplicate = original.duplicate()) {
            original.close();
            assertThat(LibC.fcntl(duplicate.number(), F_GETFD, 0)).isEqualTo(FD_CLOEXEC);
        }
    }

    @Test
    void childProcessesDoNotInheritIt() {
        try (Fd fd = Fd.open("/dev/null", true)) {
            assertThat(LibC.fcntl(fd.number(), F_GETFD, 0)).isEqualTo(FD_CLOEXEC);
        }
    }

    @Test
    void whatCannotBeOpenedIsNamed() {
        assertThatThrownBy(() -> Fd.open("/dev/no-such-device", false))
                .isInstanceOf(LinuxException.class)
                .hasMessage("open(/dev/no-such-device) failed: ENOENT (no such file or not registered)")
                .extracting(e -> ((LinuxException) e).errno())
                .isEqualTo(2);
    }

    @Test
    void anErrorIsNoDescriptor() {
        assertThatThrownBy(() -> Fd.owning(-2)).isInstanceOf(IllegalArgumentException.class);
    }
}
