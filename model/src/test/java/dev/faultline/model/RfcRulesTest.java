package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The section "Interaction with Existing APIs" of the proposal, sentence by sentence. */
class RfcRulesTest {
    private static Machine machine(Kind kind) {
        return new Machine(kind, new ModelKernel(Rules.RFC_2021, new SeededScheduler(1)), Set.of());
    }

    @ParameterizedTest
    @CsvSource({"ANON, EINVAL", "SHMEM, EINVAL", "SHMEM_PRIVATE, EINVAL", "HUGETLB, EFAULT", "HUGETLB_PRIVATE, EINVAL"})
    void continueOfWhatIsNoMinorFault(Kind kind, String errno) {
        try (Machine at = machine(kind)) {
            at.register(Machine.MISSING);
            Outcome outcome = at.uffd.continuePages(at.page(0), at.pageBytes, 0);
            assertThat(Errno.symbol(outcome.errno())).isEqualTo(errno);
        }
    }

    @Test
    void aMinorFaultIsResolvedByContinueOnly() {
        try (Machine at = machine(Kind.HUGETLB)) {
            at.put(0, 5);
            at.register(Machine.MISSING | Machine.MINOR);
            ModelTask<Byte> load = at.load(at.thread, 0);
            assertThat(at.read()).containsExactly(at.fault(4, 0));
            assertThat(at.uffd
                            .copy(at.page(0), at.content(1, 1), at.pageBytes, 0)
                            .errno())
                    .isEqualTo(Errno.EEXIST);
            assertThat(at.uffd.zeroPages(at.page(0), at.pageBytes, 0).errno()).isEqualTo(Errno.EINVAL);
            assertThat(at.uffd.continuePages(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
            at.kernel.settle();
            assertThat(load.result()).isEqualTo((byte) 5);
        }
    }

    @Test
    void zeropageOnAPageThatShmemHoldsIsThere() {
        try (Machine at = machine(Kind.SHMEM)) {
            at.put(0, 5);
            at.register(Machine.MISSING);
            assertThat(at.uffd.zeroPages(at.page(0), at.pageBytes, 0).errno()).isEqualTo(Errno.EEXIST);
        }
    }

    @ParameterizedTest
    @CsvSource({"SHMEM", "HUGETLB"})
    void writeProtectDoesNotWorkWithSharedMemory(Kind kind) {
        try (Machine at = machine(kind)) {
            at.register(Machine.MISSING);
            assertThat(at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0).errno())
                    .isEqualTo(Errno.ENOENT);
            assertEinval(() -> at.register(Machine.WP));
        }
    }

    @ParameterizedTest
    @CsvSource({"ANON", "SHMEM", "SHMEM_PRIVATE", "HUGETLB_PRIVATE"})
    void onlySharedHugetlbfsHasMinorFaults(Kind kind) {
        try (Machine at = machine(kind)) {
            assertEinval(() -> at.register(Machine.MINOR));
        }
    }

    @Test
    void whatCameLaterDoesNotExist() {
        try (Machine at = machine(Kind.HUGETLB)) {
            at.put(0, 5);
            assertThat(at.register(Machine.MISSING | Machine.MINOR)).isEqualTo(0x8c);
            Outcome unknown = Outcome.failure(Errno.EINVAL, false);
            assertThat(at.uffd.poison(at.page(0), at.pageBytes, 0)).isEqualTo(unknown);
            assertThat(at.uffd.move(at.page(0), at.page(1), at.pageBytes, 0)).isEqualTo(unknown);
            assertThat(at.uffd.continuePages(at.page(0), at.pageBytes, Uffd.WRITE_PROTECTED))
                    .isEqualTo(unknown);
            assertEinval(() -> at.process.openUffd(UffdFeature.WP_ASYNC.mask()));
            assertThat(at.kernel.featureBits()).isEqualTo(0x3ff);
        }
    }

    @Test
    void anonymousMemoryIsProtectedAsBefore() {
        try (Machine at = machine(Kind.ANON)) {
            at.thread.store(at.page(0), (byte) 1);
            at.register(Machine.WP);
            assertThat(at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0)).isEqualTo(Outcome.DONE);
            assertThat(at.store(at.thread, 0, 2).isBlocked()).isTrue();
        }
    }

    private static void assertEinval(ThrowingCallable call) {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(call)
                .extracting(LinuxException::errno)
                .isEqualTo(Errno.EINVAL);
    }
}
