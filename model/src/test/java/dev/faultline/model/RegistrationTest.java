package dev.faultline.model;

import static dev.faultline.model.Machine.MINOR;
import static dev.faultline.model.Machine.MISSING;
import static dev.faultline.model.Machine.WP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistrationTest {
    private final Machine at = new Machine(Kind.SHMEM, Set.of());

    @AfterEach
    void release() {
        at.close();
    }

    @ParameterizedTest
    @CsvSource({
        "ANON, 1, 13c",
        "ANON, 2, 17c",
        "ANON, 3, 17c",
        "SHMEM, 1, 13c",
        "SHMEM, 2, 17c",
        "SHMEM, 4, 1bc",
        "SHMEM, 5, 1bc",
        "SHMEM, 6, 1fc",
        "SHMEM, 7, 1fc",
        "SHMEM_PRIVATE, 3, 17c",
        "SHMEM_PRIVATE, 4, 1bc",
        "SHMEM_PRIVATE, 7, 1fc",
        "HUGETLB, 1, 10c",
        "HUGETLB, 2, 14c",
        "HUGETLB, 4, 18c",
        "HUGETLB, 7, 1cc",
        "HUGETLB_PRIVATE, 1, 10c",
        "HUGETLB_PRIVATE, 6, 1cc"
    })
    void theCallsAreThoseOfTheKernel(Kind kind, long modes, String calls) {
        try (Machine machine = new Machine(kind, Set.of())) {
            assertThat(machine.register(modes)).isEqualTo(Long.parseLong(calls, 16));
        }
    }

    @ParameterizedTest
    @CsvSource({"ANON, 4", "ANON, 5", "ANON, 6", "ANON, 7", "ANON, 0", "SHMEM, 0", "SHMEM, 8"})
    void otherModesAreInvalid(Kind kind, long modes) {
        try (Machine machine = new Machine(kind, Set.of())) {
            assertErrno(Errno.EINVAL, () -> machine.register(modes));
        }
    }

    @Test
    void aRangeMayBeginAndEndInHolesButNotBeOne() {
        at.thread.munmap(at.page(1), at.bytes(2));
        assertThat(at.uffd.register(at.page(1), at.bytes(4), MISSING)).isEqualTo(0x13c);
        assertErrno(Errno.EINVAL, () -> at.uffd.register(at.page(1), at.bytes(2), MISSING));
        assertErrno(Errno.EINVAL, () -> at.uffd.register(at.page(0) + 1, at.pageBytes, MISSING));
        assertErrno(Errno.EINVAL, () -> at.uffd.register(at.page(0), 0, MISSING));
    }

    @Test
    void anotherUserfaultfdHasToWait() {
        ModelUffd second = at.process.openUffd(0);
        at.register(MISSING);
        assertErrno(Errno.EBUSY, () -> second.register(at.page(0), at.pageBytes, MISSING));
        assertErrno(Errno.EINVAL, () -> second.unregister(at.page(0), at.pageBytes));
        assertThat(second.zeroPages(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
    }

    @Test
    void sharedMemoryThatCanNeverBeWrittenIsNotPermitted() {
        long address =
                at.thread.mmap(MapRequest.shared(at.file).ofReadOnlyFile().withProtection(MapRequest.READ));
        assertErrno(Errno.EPERM, () -> at.uffd.register(address, at.pageBytes, MISSING));
        long own = at.thread.mmap(MapRequest.privately(at.file).ofReadOnlyFile());
        assertThat(at.uffd.register(own, at.pageBytes, MISSING)).isEqualTo(0x13c);
    }

    @Test
    void fewerModesChangeNothingAndOthersReplace() {
        at.register(MISSING | WP | MINOR);
        at.register(MINOR);
        assertThat(modes()).containsExactly(Set.of(RegisterMode.values()));
        at.uffd.unregister(at.page(0), at.bytes(Machine.PAGES));
        at.register(MISSING);
        at.register(MINOR);
        assertThat(modes()).containsExactly(Set.of(RegisterMode.MINOR));
    }

    @Test
    void alternatingPagesSplitAndTheWholeMerges() {
        for (int page = 1; page < Machine.PAGES; page += 2) {
            at.uffd.register(at.page(page), at.pageBytes, MISSING);
        }
        assertThat(at.process.mappings()).hasSize(Machine.PAGES);
        at.uffd.unregister(at.page(0), at.bytes(Machine.PAGES));
        assertThat(at.process.mappings()).hasSize(1);
    }

    @Test
    void hugePagesNeverMergeAgain() {
        try (Machine huge = new Machine(Kind.HUGETLB, Set.of())) {
            huge.uffd.register(huge.page(1), huge.pageBytes, MISSING);
            huge.uffd.unregister(huge.page(0), huge.bytes(Machine.PAGES));
            assertThat(huge.process.mappings()).hasSize(3);
            assertErrno(Errno.EINVAL, () -> huge.uffd.register(huge.page(0), 4096, MISSING));
            assertErrno(Errno.EINVAL, () -> huge.uffd.register(huge.page(0) + 4096, huge.pageBytes, MISSING));
        }
    }

    @Test
    void theFlagsAreThoseOfSmaps() {
        at.register(MISSING | WP | MINOR);
        assertThat(at.process.vmFlags(at.page(0))).isEqualTo("rd wr sh mr mw me ms um uw ui");
        try (Machine huge = new Machine(Kind.HUGETLB, Set.of())) {
            huge.register(MINOR);
            assertThat(huge.process.vmFlags(huge.page(0))).isEqualTo("rd wr sh mr mw me ms de ht ui");
        }
        try (Machine anon = new Machine(Kind.ANON, Set.of())) {
            assertThat(anon.process.vmFlags(anon.page(0))).isEqualTo("rd wr mr mw me ac");
        }
    }

    @Test
    void theWakeOfUnregisterIsTheLibrarysUnlessMissingIsRegistered() {
        at.put(0, 1);
        at.register(MINOR);
        ModelTask<Byte> load = at.load(at.thread, 0);
        at.uffd.unregisterOnly(at.page(0), at.bytes(Machine.PAGES));
        at.kernel.settle();
        assertThat(load.isBlocked()).isTrue();
        at.uffd.unregister(at.page(0), at.bytes(Machine.PAGES));
        at.kernel.settle();
        assertThat(load.result()).isEqualTo((byte) 1);

        at.register(MISSING);
        ModelTask<Byte> missing = at.load(at.thread, 1);
        assertThat(missing.isBlocked()).isTrue();
        at.uffd.unregisterOnly(at.page(0), at.bytes(Machine.PAGES));
        at.kernel.settle();
        assertThat(missing.result()).isZero();
    }

    @Test
    void closingLetsEverybodyGo() {
        at.register(MISSING);
        ModelTask<Byte> load = at.load(at.thread, 0);
        at.uffd.close();
        at.kernel.settle();
        assertThat(load.result()).isZero();
        assertThat(modes()).containsExactly(Set.of());
    }

    @Test
    void theHandshakeIsForKnownFeaturesAndOnce() {
        assertErrno(Errno.EINVAL, () -> at.process.openUffd(1L << 63));
        assertErrno(Errno.EINVAL, () -> at.uffd.handshake(0));
        assertThat(at.kernel.featureBits()).isEqualTo(0x1ffff);
    }

    @Test
    void aProcessThatHasEndedHasNoMemory() {
        at.process.exit();
        assertErrno(Errno.ENOMEM, () -> at.register(MISSING));
        assertErrno(Errno.ENOMEM, () -> at.uffd.unregister(at.page(0), at.pageBytes));
    }

    @Test
    void whatGrowsIsCovered() {
        at.file.resize(0);
        at.register(MISSING);
        at.file.resize(at.bytes(Machine.PAGES));
        assertThat(at.load(at.thread, 0).isBlocked()).isTrue();
    }

    @Test
    void poisonOutlivesTheRegistration() {
        at.register(MISSING);
        at.uffd.poison(at.page(0), at.pageBytes, 0);
        at.uffd.unregister(at.page(0), at.pageBytes);
        assertThat(at.load(at.thread, 0).failure()).containsInstanceOf(SigbusException.class);
        at.thread.madvise(at.page(0), at.pageBytes, Advice.DONTNEED);
        assertThat(at.load(at.thread, 0).result()).isZero();
    }

    @Test
    void userModeOnlyServesUserCodeOnly() {
        ModelUffd userOnly = at.process.openUffd(UffdFeature.THREAD_ID.mask(), true);
        userOnly.register(at.page(0), at.pageBytes, MISSING);
        assertThat(at.thread.kernelRead(at.page(0), at.content(1, 0))).isEqualTo(-Errno.EFAULT);
        assertThat(at.load(at.thread, 0).isBlocked()).isTrue();
    }

    private List<Set<RegisterMode>> modes() {
        return at.process.mappings().stream().map(MappedRange::modes).toList();
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(call)
                .extracting(LinuxException::errno)
                .isEqualTo(errno);
    }
}
