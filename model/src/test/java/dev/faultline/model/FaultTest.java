package dev.faultline.model;

import static dev.faultline.model.Machine.MINOR;
import static dev.faultline.model.Machine.MISSING;
import static dev.faultline.model.Machine.WP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which access is reported as what: by the state of the page and the registered modes. */
class FaultTest {
    /** The flags of the message, or "-" where the kernel resolves the fault itself; a store in the second table. */
    private static final String OF_FILES_LOAD = """
            state          1 2 3 4 5 6 7
            missing        0 - 0 - 0 - 0
            cached         - - - 4 4 4 4
            present        - - - - - - -
            """;

    private static final String OF_FILES_STORE = """
            state          1 2 3 4 5 6 7
            missing        1 - 1 - 1 - 1
            cached         - - - 5 5 5 5
            present        - - - - - - -
            """;

    private static final String PROTECTED_LOAD = """
            state          2 3 6 7
            protected      - - - -
            marked         - 0 - 0
            marked-cached  - - 4 4
            """;

    private static final String PROTECTED_STORE = """
            state          2 3 6 7
            protected      3 3 3 3
            marked         3 1 3 1
            marked-cached  3 3 5 5
            """;

    @TestFactory
    Stream<DynamicTest> everyCellOfFiles() {
        return Stream.of(Kind.SHMEM, Kind.SHMEM_PRIVATE, Kind.HUGETLB, Kind.HUGETLB_PRIVATE)
                .flatMap(kind -> Stream.of(
                                cells(kind, OF_FILES_LOAD, false),
                                cells(kind, OF_FILES_STORE, true),
                                cells(kind, PROTECTED_LOAD, false),
                                cells(kind, PROTECTED_STORE, true))
                        .flatMap(cells -> cells));
    }

    private static Stream<DynamicTest> cells(Kind kind, String table, boolean write) {
        String[][] rows =
                table.lines().map(line -> line.strip().split(" +", -1)).toArray(String[][]::new);
        return Arrays.stream(rows)
                .skip(1)
                .flatMap(row -> Stream.iterate(1, i -> i < row.length, i -> i + 1)
                        .map(i -> DynamicTest.dynamicTest(
                                kind + " " + row[0] + " modes " + rows[0][i] + (write ? " store" : " load"),
                                () -> check(kind, row[0], Long.parseLong(rows[0][i]), write, row[i]))));
    }

    private static void check(Kind kind, String state, long modes, boolean write, String expected) {
        try (Machine at = new Machine(kind, Set.of())) {
            if (state.equals("present") || state.equals("protected")) {
                at.thread.store(at.page(0), (byte) 1);
            }
            at.register(modes);
            if (state.equals("protected") || state.startsWith("marked")) {
                at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0);
            }
            if (state.endsWith("cached")) {
                at.put(0, 1);
            }

            ModelTask<?> touch = write ? at.store(at.thread, 0, 2) : at.load(at.thread, 0);

            if (expected.equals("-")) {
                assertThat(touch.isDone()).isTrue();
                assertThat(at.read()).isEmpty();
            } else {
                assertThat(touch.blockedIn()).contains(ModelTask.Blocked.FAULT);
                assertThat(at.read()).containsExactly(at.fault(Long.parseLong(expected), 0));
            }
        }
    }

    @Test
    void anonymousMemoryHasMissingAndProtectedFaults() {
        try (Machine at = new Machine(Kind.ANON, Set.of())) {
            at.register(MISSING | WP);
            at.load(at.thread, 0);
            at.store(at.other, 1, 1);
            assertThat(at.read()).containsExactly(at.fault(0, 0), at.fault(1, 1));
            at.uffd.zeroPages(at.page(0), at.bytes(2), 0);
            at.kernel.settle();
            at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0);
            assertThat(at.store(at.thread, 0, 2).isBlocked()).isTrue();
            assertThat(at.read()).containsExactly(at.fault(3, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void poisonIsASignalForUserCodeAndAnErrorForTheKernel(Kind kind) {
        try (Machine at = new Machine(kind, Set.of())) {
            at.register(MISSING);
            at.uffd.poison(at.page(0), at.pageBytes, 0);
            assertThat(at.load(at.thread, 0).failure())
                    .get()
                    .isInstanceOfSatisfying(
                            SigbusException.class,
                            signal -> assertThat(signal.isPoisoned()).isTrue());
            assertThat(at.thread.kernelRead(at.page(0), at.content(1, 0).asSlice(0, 1)))
                    .isEqualTo(-Errno.EFAULT);
        }
    }

    @Test
    void behindTheEndOfTheFileIsASignal() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.register(MISSING | MINOR);
            at.file.resize(at.bytes(1));
            assertThat(at.load(at.thread, 1).failure()).containsInstanceOf(SigbusException.class);
        }
    }

    @Test
    void whatIsNotMappedOrNotAllowedIsASegmentationFault() {
        try (Machine at = new Machine(Kind.ANON, Set.of())) {
            at.thread.mprotect(at.page(0), at.pageBytes, MapRequest.READ);
            assertThat(at.store(at.thread, 0, 1).failure()).containsInstanceOf(SegfaultException.class);
            at.thread.munmap(at.page(1), at.pageBytes);
            assertThat(at.load(at.thread, 1).failure()).containsInstanceOf(SegfaultException.class);
            at.thread.madvise(at.page(2), at.pageBytes, Advice.GUARD_INSTALL);
            assertThat(at.load(at.thread, 2).failure()).containsInstanceOf(SegfaultException.class);
        }
    }

    @Test
    void aReadMapsWhatTheFileHoldsAroundItUnlessThatWouldHideMinorFaults() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            for (int page = 0; page < 4; page++) {
                at.put(page, page);
            }
            at.thread.load(at.page(1));
            assertThat(at.categories(3) & PageCategory.PRESENT.mask()).isNotZero();
            assertThat(at.categories(4) & PageCategory.PRESENT.mask()).isZero();

            at.thread.madvise(at.page(0), at.bytes(Machine.PAGES), Advice.DONTNEED);
            at.register(MINOR);
            at.load(at.thread, 1);
            at.uffd.continuePages(at.page(1), at.pageBytes, 0);
            at.kernel.settle();
            assertThat(at.categories(3) & PageCategory.PRESENT.mask()).isZero();
        }
    }

    @Test
    void pagesOfFallocateAreMinorAndPunchedOnesAreMissing() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.register(MISSING | MINOR);
            at.file.allocate(0, at.bytes(2));
            at.load(at.thread, 0);
            at.file.punchHole(at.bytes(1), at.bytes(1));
            at.load(at.other, 1);
            assertThat(at.read()).containsExactly(at.fault(4, 0), at.fault(0, 1));
        }
    }

    @Test
    void theMessageTellsTheByteAndTheThreadIfItWasAskedTo() {
        try (Machine at = new Machine(Kind.HUGETLB, Set.of(UffdFeature.EXACT_ADDRESS, UffdFeature.THREAD_ID))) {
            at.register(MISSING);
            at.settled(at.other.start(() -> at.other.load(at.page(1) + 12345)));
            assertThat(at.read()).containsExactly(new UffdEvent.PageFault(0, at.page(1) + 12345, at.other.id()));
        }
    }

    @Test
    void sigbusModeAsksNobody() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of(UffdFeature.SIGBUS))) {
            at.register(MISSING);
            assertThat(at.load(at.thread, 0).failure()).containsInstanceOf(SigbusException.class);
            assertThat(at.thread.kernelRead(at.page(0), at.content(1, 0))).isEqualTo(-Errno.EFAULT);
            assertThat(at.read()).isEmpty();
            at.uffd.zeroPages(at.page(0), at.pageBytes, 0);
            assertThat(at.load(at.thread, 0).result()).isZero();
        }
    }

    @Test
    void accessesOfTheKernelFaultPageByPage() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.put(0, 7);
            at.register(MISSING | MINOR);
            ModelTask<Long> write =
                    at.settled(at.thread.start(() -> at.thread.kernelWrite(at.page(0), at.content(2, 9))));
            assertThat(at.read()).containsExactly(at.fault(5, 0));
            at.uffd.continuePages(at.page(0), at.pageBytes, 0);
            at.kernel.settle();
            assertThat(at.read()).containsExactly(at.fault(1, 1));
            at.uffd.poison(at.page(1), at.pageBytes, 0);
            at.kernel.settle();
            assertThat(write.result()).isEqualTo(at.pageBytes);
        }
    }

    @Test
    void populatingRaisesOneFaultForEachPage() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of())) {
            at.put(0, 1);
            at.register(MINOR);
            ModelTask<Long> populate = at.settled(
                    at.thread.start(() -> at.thread.madvise(at.page(0), at.bytes(2), Advice.POPULATE_WRITE)));
            assertThat(at.read()).containsExactly(at.fault(5, 0));
            assertThat(at.uffd.continuePages(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
            at.kernel.settle();
            assertThat(populate.result()).isZero();
        }
    }

    @Test
    void anotherProcessIsReportedAsTheOneThatTouches() {
        try (Machine at = new Machine(Kind.SHMEM, Set.of(UffdFeature.THREAD_ID))) {
            at.register(MISSING);
            ModelThread stranger = at.kernel.newProcess().newThread();
            at.settled(stranger.start(() -> stranger.kernelRead(at.process, at.page(0), at.content(1, 0))));
            assertThat(at.read()).containsExactly(new UffdEvent.PageFault(0, at.page(0), stranger.id()));
        }
    }
}
