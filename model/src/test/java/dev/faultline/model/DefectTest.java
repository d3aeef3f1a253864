package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Each planted fault does what it says. */
class DefectTest {
    private static Machine machine(Kind kind, Defect defect) {
        ModelKernel kernel = new ModelKernel(Rules.MAINLINE, new SeededScheduler(1), defect);
        return new Machine(kind, kernel, Set.of(UffdFeature.EVENT_REMOVE));
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"SHMEM", "HUGETLB"},
            mode = Mode.INCLUDE)
    void aWrongErrno(Kind kind) {
        try (Machine at = machine(kind, Defect.WRONG_ERRNO)) {
            at.thread.store(at.page(0), (byte) 1);
            at.register(Machine.MINOR);
            assertThat(at.uffd.continuePages(at.page(0), at.pageBytes, 0).errno())
                    .isEqualTo(Errno.EINVAL);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"SHMEM", "HUGETLB"},
            mode = Mode.INCLUDE)
    void aContinueOnAHole(Kind kind) {
        try (Machine at = machine(kind, Defect.CONTINUE_ON_HOLE)) {
            at.register(Machine.MINOR);
            assertThat(at.uffd.continuePages(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"SHMEM", "HUGETLB"},
            mode = Mode.INCLUDE)
    void aKeptMark(Kind kind) {
        try (Machine at = machine(kind, Defect.KEPT_WP_BIT)) {
            at.put(0, 1);
            at.register(Machine.MINOR | Machine.WP);
            at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0);
            at.uffd.continuePages(at.page(0), at.pageBytes, 0);
            assertThat(at.store(at.thread, 0, 1).isBlocked()).isTrue();
        }
    }

    @Test
    void aLostWake() {
        try (Machine at = machine(Kind.SHMEM, Defect.LOST_WAKE)) {
            at.put(0, 1);
            at.register(Machine.MINOR);
            ModelTask<Byte> load = at.load(at.thread, 0);
            at.uffd.continuePages(at.page(0), at.pageBytes, 0);
            at.kernel.settle();
            assertThat(load.isBlocked()).isTrue();
        }
    }

    @Test
    void aMissedRemove() {
        try (Machine at = machine(Kind.SHMEM, Defect.MISSED_REMOVE)) {
            at.register(Machine.MISSING);
            ModelTask<Long> task =
                    at.settled(at.thread.start(() -> at.thread.madvise(at.page(0), at.pageBytes, Advice.DONTNEED)));
            assertThat(task.isDone()).isTrue();
            assertThat(at.read()).isEmpty();
        }
    }
}
