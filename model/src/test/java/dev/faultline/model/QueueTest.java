package dev.faultline.model;

import static dev.faultline.model.Machine.MINOR;
import static dev.faultline.model.Machine.MISSING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdBacklog;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueTest {
    private final Machine at = new Machine(Kind.SHMEM, Set.of(UffdFeature.EVENT_REMOVE));

    @AfterEach
    void release() {
        at.close();
    }

    @Test
    void eachFaultingThreadHasAMessageOfItsOwn() {
        at.register(MISSING);
        at.load(at.thread, 0);
        at.load(at.other, 0);
        assertThat(at.uffd.backlog()).isEqualTo(new UffdBacklog(2, 2));
        assertThat(at.read()).containsExactly(at.fault(0, 0), at.fault(0, 0));
        assertThat(at.uffd.backlog()).isEqualTo(new UffdBacklog(0, 2));
        at.uffd.zeroPages(at.page(0), at.pageBytes, 0);
        assertThat(at.uffd.backlog()).isEqualTo(new UffdBacklog(0, 0));
    }

    @Test
    void faultsComeBeforeOlderEvents() {
        at.register(MISSING);
        at.settled(at.thread.start(() -> at.thread.madvise(at.page(4), at.bytes(2), Advice.DONTNEED)));
        at.load(at.other, 0);
        assertThat(at.read()).containsExactly(at.fault(0, 0), new UffdEvent.Remove(at.page(4), at.bytes(2)));
    }

    @Test
    void aFaultThatIsResolvedBeforeItIsReadVanishes() {
        at.register(MISSING);
        ModelTask<Byte> load = at.load(at.thread, 0);
        at.uffd.copy(at.page(0), at.content(1, 3), at.pageBytes, 0);
        assertThat(at.read()).isEmpty();
        at.kernel.settle();
        assertThat(load.result()).isEqualTo((byte) 3);
    }

    @Test
    void aWakeWithoutAPageIsANewMessage() {
        at.register(MISSING);
        ModelTask<Byte> load = at.load(at.thread, 0);
        assertThat(at.read()).hasSize(1);
        at.uffd.wake(at.page(0), at.pageBytes);
        at.kernel.settle();
        assertThat(load.isBlocked()).isTrue();
        assertThat(at.read()).containsExactly(at.fault(0, 0));
    }

    @Test
    void aSignalIsANewMessageInPlaceOfTheUnreadOne() {
        at.register(MISSING);
        ModelTask<Byte> load = at.load(at.thread, 0);
        at.thread.interrupt();
        at.kernel.settle();
        assertThat(load.isBlocked()).isTrue();
        assertThat(at.read()).hasSize(1);
        at.thread.interrupt();
        at.kernel.settle();
        assertThat(at.read()).hasSize(1);
    }

    @Test
    void anAlreadyMappedPageWakesNobody() {
        at.register(MISSING);
        ModelTask<Byte> load = at.load(at.thread, 0);
        at.uffd.copy(at.page(0), at.content(1, 3), at.pageBytes, Uffd.DONT_WAKE);
        assertThat(at.uffd.copy(at.page(0), at.content(1, 4), at.pageBytes, 0))
                .isEqualTo(Outcome.failure(Errno.EEXIST, true));
        at.kernel.settle();
        assertThat(load.isBlocked()).isTrue();
        at.uffd.wake(at.page(0), at.pageBytes);
        at.kernel.settle();
        assertThat(load.result()).isEqualTo((byte) 3);
    }

    @Test
    void aPartialFillWakesItsPartOnly() {
        at.put(0, 1);
        at.put(1, 1);
        at.register(MISSING | MINOR);
        ModelTask<Byte> first = at.load(at.thread, 1);
        ModelTask<Byte> behind = at.load(at.other, 2);
        at.uffd.continuePages(at.page(0), at.bytes(3), 0);
        at.kernel.settle();
        assertThat(first.isDone()).isTrue();
        assertThat(behind.isBlocked()).isTrue();
    }

    @Test
    void oneUserfaultfdFillsForAnotherButDoesNotWakeForIt() {
        at.register(MISSING);
        ModelUffd second = at.process.openUffd(0);
        ModelTask<Byte> load = at.load(at.thread, 0);
        assertThat(second.zeroPages(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
        second.wake(at.page(0), at.pageBytes);
        at.kernel.settle();
        assertThat(load.isBlocked()).isTrue();
        at.uffd.wake(at.page(0), at.pageBytes);
        at.kernel.settle();
        assertThat(load.isDone()).isTrue();
    }

    @Test
    void aReadTakesNoMoreThanItHasRoomFor() {
        at.register(MISSING);
        for (int page = 0; page < Machine.PAGES; page++) {
            ModelThread thread = at.process.newThread();
            at.load(thread, page);
        }
        try (EventBatch small = new EventBatch(3)) {
            assertThat(at.uffd.read(small)).isEqualTo(3);
            assertThat(small.event(2)).isEqualTo(at.fault(0, 2));
            assertThat(at.uffd.read(small)).isEqualTo(3);
            assertThat(at.uffd.read(small)).isEqualTo(2);
            assertThat(at.uffd.read(small)).isZero();
        }
    }

    @Test
    void theThreadsOfAProcessThatEndsGoWithIt() {
        at.register(MISSING);
        ModelTask<Byte> load = at.load(at.thread, 0);
        at.process.exit();
        at.kernel.settle();
        assertThat(load.failure()).containsInstanceOf(ProcessExitedException.class);
        assertThat(at.read()).isEmpty();
    }
}
