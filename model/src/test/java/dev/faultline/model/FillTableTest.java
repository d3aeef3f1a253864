package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each resolving call on each state of a page, as measured on Linux 6.18. */
class FillTableTest {
    private static final String ANON = """
            state             COPY   COPY_WP ZERO   CONTINUE CONTINUE_WP POISON
            missing           OK     OK      OK     EINVAL   EINVAL      OK
            present           EEXIST EEXIST  EEXIST EINVAL   EINVAL      EEXIST
            protected         EEXIST EEXIST  EEXIST EINVAL   EINVAL      EEXIST
            marked            OK     OK      EEXIST EINVAL   EINVAL      EEXIST
            poisoned          OK     OK      EEXIST EINVAL   EINVAL      EEXIST
            swapped           EEXIST EEXIST  EEXIST EINVAL   EINVAL      EEXIST
            unregistered      ENOENT ENOENT  ENOENT ENOENT   ENOENT      ENOENT
            """;
    private static final String SHMEM = """
            state             COPY   COPY_WP ZERO   CONTINUE CONTINUE_WP POISON
            missing           OK     OK      OK     EFAULT   EFAULT      OK
            cached            EEXIST EEXIST  EEXIST OK       OK          OK
            present           EEXIST EEXIST  EEXIST EEXIST   EEXIST      EEXIST
            protected         EEXIST EEXIST  EEXIST EEXIST   EEXIST      EEXIST
            marked            OK     OK      OK     EFAULT   EFAULT      EEXIST
            marked-cached     EEXIST EEXIST  EEXIST OK       OK          EEXIST
            poisoned          OK     OK      OK     EFAULT   EFAULT      EEXIST
            poisoned-cached   EEXIST EEXIST  EEXIST OK       OK          EEXIST
            swapped           EEXIST EEXIST  EEXIST OK       OK          OK
            beyond            EFAULT EFAULT  EFAULT EINVAL   EINVAL      EFAULT
            unregistered      ENOENT ENOENT  ENOENT ENOENT   ENOENT      ENOENT
            """;
    private static final String SHMEM_PRIVATE = """
            state             COPY   COPY_WP ZERO   CONTINUE CONTINUE_WP POISON
            missing           OK     OK      OK     EFAULT   EFAULT      OK
            cached            OK     OK      OK     OK       OK          OK
            present           EEXIST EEXIST  EEXIST EEXIST   EEXIST      EEXIST
            marked            OK     OK      EEXIST EFAULT   EFAULT      EEXIST
            marked-cached     OK     OK      EEXIST OK       OK          EEXIST
            poisoned          OK     OK      EEXIST EFAULT   EFAULT      EEXIST
            poisoned-cached   OK     OK      EEXIST OK       OK          EEXIST
            beyond            EFAULT EFAULT  EFAULT EINVAL   EINVAL      EFAULT
            unregistered      ENOENT ENOENT  ENOENT ENOENT   ENOENT      ENOENT
            """;
    private static final String HUGETLB = """
            state             COPY   COPY_WP ZERO   CONTINUE CONTINUE_WP POISON
            missing           OK     OK      EINVAL EFAULT   EFAULT      OK
            cached            EEXIST EEXIST  EINVAL OK       OK          OK
            present           EEXIST EEXIST  EINVAL EEXIST   EEXIST      EEXIST
            protected         EEXIST EEXIST  EINVAL EEXIST   EEXIST      EEXIST
            marked            OK     OK      EINVAL EFAULT   EFAULT      EEXIST
            marked-cached     EEXIST EEXIST  EINVAL OK       OK          EEXIST
            poisoned          OK     OK      EINVAL EFAULT   EFAULT      EEXIST
            poisoned-cached   EEXIST EEXIST  EINVAL OK       OK          EEXIST
            beyond            EFAULT EFAULT  EINVAL EFAULT   EFAULT      OK
            unregistered      ENOENT ENOENT  ENOENT ENOENT   ENOENT      ENOENT
            """;
    private static final String HUGETLB_PRIVATE = """
            state             COPY   COPY_WP ZERO   CONTINUE CONTINUE_WP POISON
            missing           OK     OK      EINVAL EFAULT   EFAULT      OK
            cached            OK     OK      EINVAL OK       OK          OK
            present           EEXIST EEXIST  EINVAL EFAULT   EFAULT      EEXIST
            unregistered      ENOENT ENOENT  ENOENT ENOENT   ENOENT      ENOENT
            """;

    @TestFactory
    Stream<DynamicTest> everyCell() {
        return Arrays.stream(Kind.values()).flatMap(kind -> cells(kind, table(kind)));
    }

    private static String table(Kind kind) {
        return switch (kind) {
            case ANON -> ANON;
            case SHMEM -> SHMEM;
            case SHMEM_PRIVATE -> SHMEM_PRIVATE;
            case HUGETLB -> HUGETLB;
            case HUGETLB_PRIVATE -> HUGETLB_PRIVATE;
        };
    }

    private static Stream<DynamicTest> cells(Kind kind, String table) {
        List<String[]> rows =
                table.lines().map(line -> line.strip().split(" +", -1)).toList();
        String[] calls = rows.getFirst();
        return rows.stream()
                .skip(1)
                .flatMap(row -> Stream.iterate(1, i -> i < row.length, i -> i + 1)
                        .map(i -> DynamicTest.dynamicTest(
                                kind + " " + row[0] + " " + calls[i], () -> check(kind, row[0], calls[i], row[i]))));
    }

    private static void check(Kind kind, String state, String call, String expected) {
        try (Machine at = new Machine(kind, Set.of(UffdFeature.WP_UNPOPULATED))) {
            prepare(at, state);

            Outcome outcome = call(at, call);

            assertThat(outcome.isDone() ? "OK" : Errno.symbol(outcome.errno())).isEqualTo(expected);
            assertThat(outcome.fieldWritten()).isTrue();
        }
    }

    private static void prepare(Machine at, String state) {
        if (state.equals("present") || state.equals("protected") || state.equals("swapped")) {
            at.thread.store(at.page(0), (byte) 1);
        }
        if (!state.equals("unregistered")) {
            at.register(Machine.MISSING | Machine.WP | (at.kind.ofFile ? Machine.MINOR : 0));
        }
        if (state.equals("protected") || state.startsWith("marked")) {
            assertThat(at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0)).isEqualTo(Outcome.DONE);
        }
        if (state.startsWith("poisoned")) {
            assertThat(at.uffd.poison(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
        }
        if (state.endsWith("cached")) {
            at.put(0, 1);
        }
        switch (state) {
            case "swapped" -> {
                at.kernel.setSwap(true);
                assertThat(at.thread.madvise(at.page(0), at.pageBytes, Advice.PAGEOUT))
                        .isZero();
            }
            case "beyond" -> at.file.resize(0);
            default -> {}
        }
    }

    private static Outcome call(Machine at, String call) {
        return switch (call) {
            case "COPY" -> at.uffd.copy(at.page(0), at.content(1, 7), at.pageBytes, 0);
            case "COPY_WP" -> at.uffd.copy(at.page(0), at.content(1, 7), at.pageBytes, Uffd.WRITE_PROTECTED);
            case "ZERO" -> at.uffd.zeroPages(at.page(0), at.pageBytes, 0);
            case "CONTINUE" -> at.uffd.continuePages(at.page(0), at.pageBytes, 0);
            case "CONTINUE_WP" -> at.uffd.continuePages(at.page(0), at.pageBytes, Uffd.WRITE_PROTECTED);
            case "POISON" -> at.uffd.poison(at.page(0), at.pageBytes, 0);
            default -> throw new AssertionError(call);
        };
    }
}
