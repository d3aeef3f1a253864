package dev.faultline.uffd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.Outcome.Kind;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 8192, DONE, 0, OK",
        "-11, 4096, PARTIAL, 4096, 'EAGAIN, 4096 bytes done'",
        "-11, -11, CHANGING, 0, 'EAGAIN, field -11'",
        "-11, 0, CHANGING, 0, EAGAIN",
        "-17, -17, ALREADY_MAPPED, 0, 'EEXIST, field -17'",
        "-14, -14, NO_PAGE, 0, 'EFAULT, field -14'",
        "-2, -2, GONE, 0, 'ENOENT, field -2'",
        "-3, 0, TARGET_EXITED, 0, ESRCH",
        "-22, 0, REFUSED, 0, EINVAL",
        "-16, -16, REFUSED, 0, 'EBUSY, field -16'",
        "-133, -133, REFUSED, 0, 'errno 133, field -133'",
    })
    void theKernelsAnswerIsItsKind(long result, long field, Kind kind, long bytesDone, String text) {
        Outcome outcome = Outcome.of(result, field);
        assertThat(outcome.kind()).isEqualTo(kind);
        assertThat(outcome.bytesDone(8192)).isEqualTo(kind == Kind.DONE ? 8192 : bytesDone);
        assertThat(outcome.errno()).isEqualTo((int) -result);
        assertThat(outcome.fieldWritten()).isEqualTo(field != 0);
        assertThat(outcome).hasToString(text);
    }

    @Test
    void failuresAreSharedSoThatAFaultAllocatesNothing() {
        assertThat(Outcome.of(-17, -17)).isSameAs(Outcome.failure(Errno.EEXIST, true));
        assertThat(Outcome.of(0, 4096)).isSameAs(Outcome.DONE);
    }

    @Test
    void thoseThatSayTheSameAreEqual() {
        assertThat(Outcome.partial(4096))
                .isEqualTo(Outcome.of(-11, 4096))
                .hasSameHashCodeAs(Outcome.of(-11, 4096))
                .isNotEqualTo(Outcome.partial(8192));
        assertThat(Outcome.failure(Errno.EINVAL, true)).isNotEqualTo(Outcome.failure(Errno.EINVAL, false));
    }

    @Test
    void whatIsNotDoneCanBeThrown() {
        assertThatCode(() -> Outcome.DONE.orThrow("UFFDIO_COPY")).doesNotThrowAnyException();
        assertThatThrownBy(() -> Outcome.partial(4096).orThrow("UFFDIO_COPY"))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN))
                .hasMessageContaining("UFFDIO_COPY")
                .hasMessageContaining("4096 bytes were done");
    }

    @Test
    void aNumberThatIsNoErrnoIsRefused() {
        assertThatThrownBy(() -> Outcome.failure(0, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Outcome.failure(134, true)).isInstanceOf(IllegalArgumentException.class);
    }
}
