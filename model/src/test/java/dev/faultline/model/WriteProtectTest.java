package dev.faultline.model;

import static dev.faultline.model.Machine.MINOR;
import static dev.faultline.model.Machine.MISSING;
import static dev.faultline.model.Machine.WP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WriteProtectTest {
    private static final Set<UffdFeature> ASYNC = Set.of(UffdFeature.WP_ASYNC);
    private static final long WRITTEN = PageCategory.WRITTEN.mask();

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aStoreWaitsUntilTheProtectionIsLifted(Kind kind) {
        try (Machine at = new Machine(kind, Set.of())) {
            at.thread.store(at.page(0), (byte) 1);
            at.register(WP);
            assertThat(at.uffd.writeProtect(at.page(0), at.bytes(2), true, 0)).isEqualTo(Outcome.DONE);
            assertThat(at.load(at.thread, 0).result()).isEqualTo((byte) 1);
            ModelTask<?> store = at.store(at.thread, 0, 2);
            assertThat(at.read()).containsExactly(at.fault(3, 0));
            at.uffd.writeProtect(at.page(0), at.pageBytes, false, Uffd.DONT_WAKE);
            at.kernel.settle();
            assertThat(store.isBlocked()).isTrue();
            at.uffd.writeProtect(at.page(0), at.pageBytes, false, 0);
            at.kernel.settle();
            assertThat(store.isDone()).isTrue();
        }
    }

    @Test
    void whatIsNotRegisteredForItIsRefusedWithTheEarlierPartDone() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.thread.store(at.page(0), (byte) 1);
            at.uffd.register(at.page(0), at.pageBytes, WP);
            assertThat(at.uffd.writeProtect(at.page(0), at.bytes(2), true, 0))
                    .isEqualTo(Outcome.failure(Errno.ENOENT, false));
            assertThat(at.store(at.thread, 0, 2).isBlocked()).isTrue();
            assertThat(at.uffd.writeProtect(at.page(0), at.pageBytes, true, Uffd.DONT_WAKE))
                    .isEqualTo(Outcome.failure(Errno.EINVAL, false));
            assertThat(at.uffd.writeProtect(0x7000_0000L, at.pageBytes, true, 0))
                    .isEqualTo(Outcome.failure(Errno.ENOENT, false));
        }
    }

    @Test
    void continueLosesTheMarkUnlessItIsTold() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.put(0, 1);
            at.put(1, 1);
            at.register(WP | MINOR);
            at.uffd.writeProtect(at.page(0), at.bytes(2), true, 0);
            at.uffd.continuePages(at.page(0), at.pageBytes, 0);
            at.uffd.continuePages(at.page(1), at.pageBytes, Uffd.WRITE_PROTECTED);
            assertThat(at.store(at.thread, 0, 2).isDone()).isTrue();
            assertThat(at.store(at.thread, 1, 2).isBlocked()).isTrue();
        }
    }

    @Test
    void anonymousHolesAreMarkedOnlyIfAskedFor() {
        try (Machine plain = new Machine(Kind.ANON, Set.of());
                Machine marking = new Machine(Kind.ANON, Set.of(UffdFeature.WP_UNPOPULATED))) {
            plain.register(WP);
            marking.register(WP);
            plain.uffd.writeProtect(plain.page(0), plain.pageBytes, true, 0);
            marking.uffd.writeProtect(marking.page(0), marking.pageBytes, true, 0);
            assertThat(plain.store(plain.thread, 0, 1).isDone()).isTrue();
            assertThat(marking.store(marking.thread, 0, 1).isBlocked()).isTrue();
        }
    }

    @Test
    void reclaimKeepsProtection() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.thread.store(at.page(0), (byte) 1);
            at.register(WP);
            at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0);
            at.file.swapOut(0);
            assertThat(at.load(at.thread, 0).result()).isEqualTo((byte) 1);
            assertThat(at.store(at.thread, 0, 2).isBlocked()).isTrue();
        }
    }

    @Test
    void dontneedKeepsTheMarkOnFilesAndDropsItOnAnonymousMemory() {
        try (Machine file = new Machine(Kind.SHMEM, Set.of());
                Machine anon = new Machine(Kind.ANON, Set.of())) {
            for (Machine at : List.of(file, anon)) {
                at.thread.store(at.page(0), (byte) 1);
                at.register(WP);
                at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0);
                at.thread.madvise(at.page(0), at.pageBytes, Advice.DONTNEED);
            }
            assertThat(file.store(file.thread, 0, 2).isBlocked()).isTrue();
            assertThat(anon.store(anon.thread, 0, 2).isDone()).isTrue();
        }
    }

    @Test
    void protectionThatOutlivesItsRegistrationIsHarmlessOnSmallPagesAndALoopOnHugeOnes() {
        try (Machine small = new Machine(Kind.SHMEM, Set.of());
                Machine huge = new Machine(Kind.HUGETLB, Set.of())) {
            for (Machine at : List.of(small, huge)) {
                at.thread.store(at.page(0), (byte) 1);
                at.register(WP);
                at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0);
                at.register(MISSING);
            }
            assertThat(small.store(small.thread, 0, 2).isDone()).isTrue();
            assertThat(huge.store(huge.thread, 0, 2).failure()).containsInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void asynchronousProtectionOnlyRemembers(Kind kind) {
        try (Machine at = new Machine(kind, ASYNC)) {
            at.register(WP);
            at.uffd.writeProtect(at.page(0), at.bytes(Machine.PAGES), true, 0);
            assertThat(written(at)).isEmpty();
            at.thread.store(at.page(2), (byte) 1);
            at.thread.kernelWrite(at.page(5), at.content(1, 1).asSlice(0, 1));
            at.thread.load(at.page(6));
            assertThat(at.read()).isEmpty();
            assertThat(taken(at)).containsExactly(at.page(2), at.page(5));
            assertThat(taken(at)).isEmpty();
            at.thread.store(at.page(2), (byte) 2);
            assertThat(taken(at)).containsExactly(at.page(2));
        }
    }

    @Test
    void storesThroughAnAliasAndPunchedHolesAreNotSeen() {
        try (Machine at = new Machine(Kind.SHMEM, ASYNC)) {
            at.thread.store(at.page(0), (byte) 1);
            at.register(WP | MINOR);
            at.uffd.writeProtect(at.page(0), at.bytes(Machine.PAGES), true, 0);
            at.put(0, 2);
            at.file.punchHole(0, at.pageBytes);
            assertThat(written(at)).isEmpty();
        }
    }

    @Test
    void oneUserfaultfdReportsMinorFaultsAndTracksWrites() {
        try (Machine at = new Machine(Kind.SHMEM, ASYNC)) {
            at.put(0, 1);
            at.put(1, 1);
            at.register(WP | MINOR);
            at.uffd.writeProtect(at.page(0), at.bytes(Machine.PAGES), true, 0);
            assertThat(at.load(at.thread, 0).isBlocked()).isTrue();
            at.uffd.continuePages(at.page(0), at.pageBytes, Uffd.WRITE_PROTECTED);
            at.uffd.continuePages(at.page(1), at.pageBytes, 0);
            at.kernel.settle();
            assertThat(written(at)).containsExactly(at.page(1));
        }
    }

    @Test
    void whatIsNotTrackedIsRefusedOrPassedOver() {
        try (Machine at = new Machine(Kind.ANON, ASYNC)) {
            at.thread.store(at.page(0), (byte) 1);
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> taken(at))
                    .extracting(LinuxException::errno)
                    .isEqualTo(Errno.EPERM);
            PagemapScan passing =
                    new PagemapScan(at.page(0), at.pageBytes, PagemapScan.PROTECT, 0, WRITTEN, 0, WRITTEN, 0);
            assertThat(at.process.pagemap().scan(passing, (_, _, _) -> {
                        throw new AssertionError("it found something");
                    }))
                    .isEqualTo(at.page(1));
        }
    }

    @Test
    void neverProtectedPagesThatDoNotExistCountAsWrittenButNotHugeOnes() {
        try (Machine anon = new Machine(Kind.ANON, ASYNC);
                Machine huge = new Machine(Kind.HUGETLB, ASYNC)) {
            anon.register(WP);
            huge.register(WP);
            assertThat(written(anon)).hasSize(Machine.PAGES);
            assertThat(written(huge)).isEmpty();
        }
    }

    @Test
    void aPartOfAHugePageCannotBeProtected() {
        try (Machine at = new Machine(Kind.HUGETLB, ASYNC)) {
            at.thread.store(at.page(0), (byte) 1);
            at.register(WP);
            PagemapScan part = PagemapScan.takeWritten(at.page(0), at.pageBytes).limitedTo(5);
            assertThatIllegalStateException()
                    .isThrownBy(() -> at.process.pagemap().scan(part, (_, _, _) -> {}));
        }
    }

    @Test
    void aScanWithALimitStopsAtTheNextPageThatMatches() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.thread.store(at.page(0), (byte) 1);
            at.thread.store(at.page(2), (byte) 1);
            at.thread.store(at.page(5), (byte) 1);
            long present = PageCategory.PRESENT.mask();
            PagemapScan scan = PagemapScan.anyOf(at.page(0), at.bytes(Machine.PAGES), present)
                    .limitedTo(2);
            assertThat(at.process.pagemap().scan(scan, (_, _, _) -> {})).isEqualTo(at.page(5));
        }
    }

    @Test
    void unknownCategoriesAreInvalid() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            PagemapScan scan = PagemapScan.anyOf(at.page(0), at.pageBytes, 0x200);
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> at.process.pagemap().scan(scan, (_, _, _) -> {}))
                    .extracting(LinuxException::errno)
                    .isEqualTo(Errno.EINVAL);
        }
    }

    private static List<Long> written(Machine at) {
        return pages(at, new PagemapScan(at.page(0), at.bytes(Machine.PAGES), 0, 0, WRITTEN, 0, WRITTEN, 0));
    }

    private static List<Long> taken(Machine at) {
        return pages(at, PagemapScan.takeWritten(at.page(0), at.bytes(Machine.PAGES)));
    }

    private static List<Long> pages(Machine at, PagemapScan scan) {
        List<Long> found = new ArrayList<>();
        at.process.pagemap().scan(scan, (address, length, _) -> {
            for (long page = address; page < address + length; page += at.pageBytes) {
                found.add(page);
            }
        });
        return found;
    }
}
