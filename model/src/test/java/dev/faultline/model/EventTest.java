package dev.faultline.model;

import static dev.faultline.model.Machine.MISSING;
import static dev.faultline.model.Machine.WP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventTest {
    private static final int MOVE = ModelThread.MREMAP_MAYMOVE | ModelThread.MREMAP_FIXED;
    private static final long ELSEWHERE = Machine.BASE + (1 << 24);

    private final Machine at = new Machine(
            Kind.SHMEM,
            Set.of(UffdFeature.EVENT_REMOVE, UffdFeature.EVENT_UNMAP, UffdFeature.EVENT_REMAP, UffdFeature.EVENT_FORK));
    private final Machine deaf = new Machine(Kind.SHMEM, Set.of());

    @AfterEach
    void release() {
        at.close();
        deaf.close();
    }

    @Test
    void dontneedIsAnnouncedAndDoneAfterwards() {
        at.thread.store(at.page(0), (byte) 1);
        at.register(MISSING);
        ModelTask<Long> task =
                at.settled(at.thread.start(() -> at.thread.madvise(at.page(0), at.pageBytes, Advice.DONTNEED)));
        assertThat(task.blockedIn()).contains(ModelTask.Blocked.EVENT);
        long before = at.categories(0);
        assertThat(at.read()).containsExactly(new UffdEvent.Remove(at.page(0), at.pageBytes));
        at.kernel.settle();
        assertThat(task.result()).isZero();
        assertThat(at.categories(0)).isNotEqualTo(before);
    }

    @Test
    void whileAnEventIsOnItsWayFillsAreRefusedUntilTheWokenThreadHasRun() {
        at.register(MISSING | WP);
        at.settled(at.thread.start(() -> at.thread.madvise(at.page(0), at.pageBytes, Advice.DONTNEED)));
        Outcome changing = Outcome.failure(Errno.EAGAIN, true);
        assertThat(at.uffd.zeroPages(at.page(1), at.pageBytes, 0)).isEqualTo(changing);
        assertThat(at.uffd.copy(at.page(1), at.content(1, 1), at.pageBytes, 0)).isEqualTo(changing);
        assertThat(at.uffd.continuePages(at.page(1), at.pageBytes, 0)).isEqualTo(changing);
        assertThat(at.uffd.poison(at.page(1), at.pageBytes, 0)).isEqualTo(changing);
        assertThat(at.uffd.move(at.page(1), at.page(2), at.pageBytes, 0)).isEqualTo(changing);
        assertThat(at.uffd.writeProtect(at.page(1), at.pageBytes, true, 0))
                .isEqualTo(Outcome.failure(Errno.EAGAIN, false));
        assertThat(at.uffd.wake(at.page(1), at.pageBytes)).isEqualTo(Outcome.DONE);

        assertThat(at.read()).hasSize(1);
        assertThat(at.uffd.zeroPages(at.page(1), at.pageBytes, 0)).isEqualTo(changing);
        at.kernel.settle();
        assertThat(at.uffd.zeroPages(at.page(1), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
    }

    @Test
    void unmappingIsAnnouncedOnceForTheWholeRange() {
        at.register(MISSING);
        at.uffd.register(at.page(2), at.pageBytes, WP);
        at.settled(at.thread.start(() -> at.thread.munmap(at.page(1), at.bytes(4))));
        assertThat(at.read()).containsExactly(new UffdEvent.Unmap(at.page(1), at.bytes(4)));
    }

    @Test
    void aMoveTakesTheRegistrationAlongIfItIsAnnounced() {
        at.register(MISSING);
        ModelTask<Long> move = at.settled(
                at.thread.start(() -> at.thread.mremap(at.page(0), at.bytes(2), at.bytes(2), MOVE, ELSEWHERE)));
        assertThat(at.read()).containsExactly(new UffdEvent.Remap(at.page(0), ELSEWHERE, at.bytes(2)));
        at.kernel.settle();
        assertThat(at.read()).containsExactly(new UffdEvent.Unmap(at.page(0), at.bytes(2)));
        at.kernel.settle();
        assertThat(move.result()).isEqualTo(ELSEWHERE);
        at.settled(at.other.start(() -> at.other.load(ELSEWHERE)));
        assertThat(at.read()).containsExactly(new UffdEvent.PageFault(0, ELSEWHERE, 0));
    }

    @Test
    void aMoveThatIsNotAnnouncedLosesItAndTheProtection() {
        deaf.thread.store(deaf.page(0), (byte) 1);
        deaf.register(MISSING | WP);
        deaf.uffd.writeProtect(deaf.page(0), deaf.pageBytes, true, 0);
        assertThat(deaf.thread.mremap(deaf.page(0), deaf.bytes(2), deaf.bytes(2), MOVE, ELSEWHERE))
                .isEqualTo(ELSEWHERE);
        deaf.thread.store(ELSEWHERE, (byte) 2);
        assertThat(deaf.uffd.zeroPages(ELSEWHERE, deaf.pageBytes, 0)).isEqualTo(Outcome.failure(Errno.ENOENT, true));
        assertThat(deaf.thread.load(ELSEWHERE + deaf.pageBytes)).isZero();
    }

    @Test
    void aMoveThatLeavesTheOldMappingIsARemapOnly() {
        at.register(MISSING);
        at.settled(at.thread.start(() -> at.thread.mremap(
                at.page(0), at.bytes(1), at.bytes(1), MOVE | ModelThread.MREMAP_DONTUNMAP, ELSEWHERE)));
        assertThat(at.read()).containsExactly(new UffdEvent.Remap(at.page(0), ELSEWHERE, at.bytes(1)));
        at.kernel.settle();
        assertThat(at.read()).isEmpty();
        assertThat(at.load(at.thread, 0).isBlocked()).isTrue();
    }

    @Test
    void whatIsDonePastTheMappingIsNotAnnounced() {
        at.register(MISSING);
        at.file.punchHole(0, at.pageBytes);
        at.file.resize(at.bytes(4));
        assertThat(at.thread.mprotect(at.page(0), at.pageBytes, MapRequest.READ))
                .isZero();
        assertThat(at.thread.madvise(at.page(1), at.pageBytes, Advice.GUARD_INSTALL))
                .isZero();
        assertThat(at.read()).isEmpty();
    }

    @Test
    void aForkBringsAUserfaultfdForTheChild() {
        at.register(MISSING);
        ModelTask<ModelProcess> fork = at.settled(at.thread.start(at.thread::fork));
        assertThat(fork.blockedIn()).contains(ModelTask.Blocked.EVENT);
        assertThat(at.read()).hasSize(1).first().isInstanceOf(UffdEvent.Fork.class);
        ModelUffd ofChild = at.uffd.takeForked(at.batch, 0);
        at.kernel.settle();

        ModelThread child = fork.result().newThread();
        ModelTask<Byte> load = at.settled(child.start(() -> child.load(at.page(0))));
        assertThat(at.read()).isEmpty();
        assertThat(ofChild.read(at.batch)).isOne();
        ofChild.copy(at.page(0), at.content(1, 4), at.pageBytes, 0);
        at.kernel.settle();
        assertThat(load.result()).isEqualTo((byte) 4);
    }

    @Test
    void withoutTheEventTheChildIsNotRegisteredAndLosesProtection() {
        try (Machine anon = new Machine(Kind.ANON, Set.of())) {
            anon.thread.store(anon.page(0), (byte) 1);
            anon.register(MISSING | WP);
            anon.uffd.writeProtect(anon.page(0), anon.pageBytes, true, 0);
            ModelThread child = anon.thread.fork().newThread();
            child.store(anon.page(0), (byte) 2);
            assertThat(child.load(anon.page(1))).isZero();
            assertThat(anon.thread.load(anon.page(0))).isEqualTo((byte) 1);
            assertThat(anon.store(anon.thread, 0, 3).isBlocked()).isTrue();
        }
    }

    @Test
    void memoryThatIsNotForkedIsNotThere() {
        deaf.thread.madvise(deaf.page(0), deaf.bytes(2), Advice.DONTFORK);
        assertThat(deaf.thread.fork().mappings())
                .singleElement()
                .satisfies(range -> assertThat(range.start()).isEqualTo(deaf.page(2)));
    }

    @Test
    void closingLetsThoseGoOnWhoWaitForTheirEvent() {
        at.register(MISSING);
        ModelTask<Long> unmap = at.settled(at.thread.start(() -> at.thread.munmap(at.page(0), at.pageBytes)));
        ModelTask<ModelProcess> fork = at.settled(at.other.start(at.other::fork));
        assertThat(fork.isBlocked()).isTrue();
        at.uffd.close();
        at.kernel.settle();
        assertThat(unmap.result()).isZero();
        assertThat(fork.result().mappings())
                .allSatisfy(range -> assertThat(range.modes()).isEmpty());
    }

    @Test
    void dontneedOfHugePagesIsRoundedDown() {
        try (Machine huge = new Machine(Kind.HUGETLB, Set.of())) {
            huge.put(0, 1);
            huge.register(Machine.MINOR);
            huge.uffd.continuePages(huge.page(0), huge.pageBytes, 0);
            assertThat(huge.thread.madvise(huge.page(0), 4096, Advice.DONTNEED)).isZero();
            assertThat(huge.load(huge.thread, 0).isDone()).isTrue();
            assertThat(huge.thread.madvise(huge.page(0) + 4096, huge.pageBytes, Advice.DONTNEED))
                    .isEqualTo(-Errno.EINVAL);
            assertThat(huge.thread.madvise(huge.page(0), huge.pageBytes, Advice.DONTNEED))
                    .isZero();
            assertThat(huge.load(huge.thread, 0).isBlocked()).isTrue();
        }
    }
}
