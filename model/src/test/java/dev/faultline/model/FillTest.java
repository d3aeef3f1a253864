package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FillTest {
    private final Machine at = new Machine(Kind.SHMEM, Set.of());

    @AfterEach
    void release() {
        at.close();
    }

    @Test
    void argumentsThatAreRefusedLeaveTheFieldAlone() {
        at.register(Machine.MISSING);
        Outcome refused = Outcome.failure(Errno.EINVAL, false);
        assertThat(at.uffd.continuePages(at.page(0) + 1, at.pageBytes, 0)).isEqualTo(refused);
        assertThat(at.uffd.continuePages(at.page(0), 0, 0)).isEqualTo(refused);
        assertThat(at.uffd.continuePages(at.page(0), at.pageBytes, 4)).isEqualTo(refused);
        assertThat(at.uffd.zeroPages(at.page(0), at.pageBytes, Uffd.WRITE_PROTECTED))
                .isEqualTo(refused);
        assertThat(at.uffd.poison(-4096, at.pageBytes, 0)).isEqualTo(refused);
    }

    @Test
    void protectionNeedsARegistrationForIt() {
        at.register(Machine.MISSING | Machine.MINOR);
        assertThat(at.uffd.copy(at.page(0), at.content(1, 1), at.pageBytes, Uffd.WRITE_PROTECTED))
                .isEqualTo(Outcome.failure(Errno.EINVAL, true));
    }

    @Test
    void aFillStopsAtTheFirstPageThatItCannotDo() {
        at.put(0, 1);
        at.put(1, 2);
        at.register(Machine.MINOR);
        assertThat(at.uffd.continuePages(at.page(0), at.bytes(4), 0)).isEqualTo(Outcome.partial(at.bytes(2)));
        assertThat(at.uffd.continuePages(at.page(2), at.bytes(2), 0)).isEqualTo(Outcome.failure(Errno.EFAULT, true));
        assertThat(at.uffd.continuePages(at.page(1), at.bytes(1), 0)).isEqualTo(Outcome.failure(Errno.EEXIST, true));
    }

    @Test
    void aFillStaysWithinOneMappingEvenIfBothAreRegistered() {
        at.register(Machine.MISSING);
        at.uffd.register(at.page(2), at.pageBytes, Machine.MINOR);
        assertThat(at.uffd.zeroPages(at.page(1), at.bytes(2), 0)).isEqualTo(Outcome.failure(Errno.ENOENT, true));
    }

    @Test
    void theModesDoNotGateTheFills() {
        at.put(0, 5);
        at.register(Machine.WP);
        assertThat(at.uffd.continuePages(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
        assertThat(at.uffd.copy(at.page(1), at.content(1, 9), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
        assertThat(at.thread.load(at.page(0))).isEqualTo((byte) 5);
        assertThat(at.thread.load(at.page(1))).isEqualTo((byte) 9);
    }

    @Test
    void continueMapsThePageOfTheFileItself() {
        at.put(0, 5);
        at.register(Machine.MINOR);
        at.uffd.continuePages(at.page(0), at.pageBytes, 0);
        at.put(0, 6);
        assertThat(at.thread.load(at.page(0))).isEqualTo((byte) 6);
    }

    @Test
    void aPrivateMappingOfAContinuedPageCopiesWhenItWrites() {
        try (Machine own = new Machine(Kind.SHMEM_PRIVATE, Set.of())) {
            own.put(0, 5);
            own.register(Machine.MINOR);
            own.uffd.continuePages(own.page(0), own.pageBytes, 0);
            own.thread.store(own.page(0), (byte) 6);
            own.put(0, 7);
            assertThat(own.thread.load(own.page(0))).isEqualTo((byte) 6);
        }
    }

    @Test
    void aReclaimedPageIsAMinorFaultAgainAndKeepsItsContent() {
        at.put(0, 5);
        at.register(Machine.MINOR);
        at.uffd.continuePages(at.page(0), at.pageBytes, 0);
        at.file.swapOut(0);

        ModelTask<Byte> load = at.load(at.thread, 0);
        assertThat(at.read()).containsExactly(at.fault(4, 0));
        at.uffd.continuePages(at.page(0), at.pageBytes, 0);
        at.kernel.settle();

        assertThat(load.result()).isEqualTo((byte) 5);
    }

    @Test
    void aPageThatWasOnlyReadIsAHoleAgainWhenItIsReclaimed() {
        at.thread.load(at.page(0));
        at.thread.store(at.page(1), (byte) 1);
        at.file.swapOut(0);
        at.file.swapOut(1);
        assertThat(at.file.isSwapped(0)).isFalse();
        assertThat(at.file.isSwapped(1)).isTrue();
        at.register(Machine.MISSING | Machine.MINOR);
        at.load(at.thread, 0);
        at.load(at.other, 1);
        assertThat(at.read()).containsExactly(at.fault(0, 0), at.fault(4, 1));
    }

    @Test
    void aCopyFromUnmappedMemoryIsNoPage() {
        at.register(Machine.MISSING);
        assertThat(at.uffd.copyFrom(at.page(0), 0x7000_0000L, at.pageBytes, 0, at.thread))
                .isEqualTo(Outcome.failure(Errno.EFAULT, true));
        assertThat(at.uffd.copyFrom(at.page(0), 0, at.pageBytes, 0, at.thread))
                .isEqualTo(Outcome.failure(Errno.EINVAL, false));
    }

    @Test
    void theSourceOfACopyMayFaultItself() {
        at.put(0, 5);
        at.register(Machine.MINOR);
        long anonymous = at.thread.mmap(MapRequest.anonymous(at.pageBytes));
        at.uffd.register(anonymous, at.pageBytes, Machine.MISSING);
        ModelTask<Outcome> copy =
                at.settled(at.thread.start(() -> at.uffd.copyFrom(anonymous, at.page(0), at.pageBytes, 0, at.thread)));
        assertThat(copy.blockedIn()).contains(ModelTask.Blocked.FAULT);
        at.uffd.continuePages(at.page(0), at.pageBytes, 0);
        at.kernel.settle();
        assertThat(copy.result()).isEqualTo(Outcome.DONE);
        assertThat(at.thread.load(anonymous)).isEqualTo((byte) 5);
    }

    @Test
    void partsOfHugePagesAreRefused() {
        try (Machine huge = new Machine(Kind.HUGETLB, Set.of())) {
            huge.put(0, 1);
            huge.register(Machine.MINOR | Machine.WP);
            Outcome refused = Outcome.failure(Errno.EINVAL, true);
            assertThat(huge.uffd.continuePages(huge.page(0), 4096, 0)).isEqualTo(refused);
            assertThat(huge.uffd.poison(huge.page(0) + 4096, huge.pageBytes, 0)).isEqualTo(refused);
            assertThat(huge.uffd.writeProtect(huge.page(0), 4096, true, 0))
                    .isEqualTo(Outcome.failure(Errno.EINVAL, false));
        }
    }

    @Test
    void anEmptyPoolIsNoMemoryForAFillAndABusErrorForATouch() {
        try (Machine huge = new Machine(Kind.HUGETLB, Set.of())) {
            huge.register(Machine.MISSING);
            huge.kernel.setFreeHugePages(0);
            assertThat(huge.uffd.copy(huge.page(0), huge.content(1, 1), huge.pageBytes, 0))
                    .isEqualTo(Outcome.failure(Errno.ENOMEM, true));
            huge.uffd.unregister(huge.page(0), huge.bytes(Machine.PAGES));
            assertThat(huge.settled(huge.thread.start(() -> huge.thread.load(huge.page(0))))
                            .failure())
                    .containsInstanceOf(SigbusException.class);
            assertThat(huge.thread.mmap(MapRequest.shared(huge.file))).isEqualTo(-Errno.ENOMEM);
        }
    }

    @Test
    void aProcessThatHasEndedIsTold() {
        at.register(Machine.MISSING);
        at.process.exit();
        assertThat(at.uffd.zeroPages(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.failure(Errno.ESRCH, false));
        assertThat(at.uffd.writeProtect(at.page(0), at.pageBytes, true, 0))
                .isEqualTo(Outcome.failure(Errno.ESRCH, false));
        assertThat(at.uffd.wake(at.page(0), at.pageBytes)).isEqualTo(Outcome.DONE);
    }

    @Test
    void moveTakesPagesOfAnonymousMemoryAlong() {
        try (Machine anon = new Machine(Kind.ANON, Set.of(UffdFeature.MOVE))) {
            long source = anon.thread.mmap(MapRequest.anonymous(anon.bytes(2)));
            anon.thread.store(source, (byte) 3);
            anon.register(Machine.MISSING);
            assertThat(anon.uffd.move(anon.page(0), source, anon.pageBytes, 0)).isEqualTo(Outcome.DONE);
            assertThat(anon.thread.load(anon.page(0))).isEqualTo((byte) 3);
            assertThat(anon.thread.load(source)).isZero();
            assertThat(anon.uffd.move(anon.page(1), source + anon.pageBytes, anon.pageBytes, 0))
                    .isEqualTo(Outcome.failure(Errno.ENOENT, true));
            assertThat(anon.uffd.move(anon.page(1), source + anon.pageBytes, anon.pageBytes, Uffd.ALLOW_SOURCE_HOLES))
                    .isEqualTo(Outcome.DONE);
            anon.thread.store(source, (byte) 4);
            assertThat(anon.uffd.move(anon.page(0), source, anon.pageBytes, 0))
                    .isEqualTo(Outcome.failure(Errno.EEXIST, true));
        }
    }

    @Test
    void moveLeavesWhatAChildStillSees() {
        try (Machine anon = new Machine(Kind.ANON, Set.of())) {
            long source = anon.thread.mmap(MapRequest.anonymous(anon.pageBytes));
            anon.thread.store(source, (byte) 3);
            anon.register(Machine.MISSING);
            anon.thread.fork();
            assertThat(anon.uffd.move(anon.page(0), source, anon.pageBytes, 0))
                    .isEqualTo(Outcome.failure(Errno.EBUSY, true));
        }
    }

    @Test
    void moveIsForTheProcessItselfAndForAnonymousMemory() {
        at.register(Machine.MISSING);
        assertThat(at.uffd.move(at.page(0), at.page(1), at.pageBytes, 0))
                .isEqualTo(Outcome.failure(Errno.EINVAL, true));
        ModelThread stranger = at.kernel.newProcess().newThread();
        ModelTask<Outcome> fromOutside =
                at.settled(stranger.start(() -> at.uffd.move(at.page(0), at.page(1), at.pageBytes, 0)));
        assertThat(fromOutside.result()).isEqualTo(Outcome.failure(Errno.EINVAL, false));
    }
}
