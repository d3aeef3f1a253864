package dev.faultline.uffd;

import static dev.faultline.uffd.NativeThread.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.StallWatch.Verdict;
import dev.faultline.uffd.memory.PageSize;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kernel tells a watchdog. */
@RequiresUffd
@Timeout(120)
class BacklogTest {
    private final StallWatch watch = new StallWatch(10);

    @Test
    void aFaultIsUnreadThenUnansweredThenGone() {
        try (FaultFixture at = new FaultFixture(PageSize.SIZE_4K, 1, FaultFixture.MISSING_AND_MINOR)) {
            at.memory.fill(0);
            assertThat(at.uffd.backlog()).isEqualTo(new UffdBacklog(0, 0));
            CompletableFuture<byte[]> load = at.thread.load(at.memory.page(0), 8);
            while (at.uffd.backlog().unread() == 0) {
                Thread.onSpinWait();
            }
            assertThat(at.uffd.backlog()).isEqualTo(new UffdBacklog(1, 1));
            watch.observe(at.uffd.backlog(), 0);
            assertThat(watch.observe(at.uffd.backlog(), 11)).isEqualTo(Verdict.UNREAD);

            at.awaitFaultOn(0);
            assertThat(at.uffd.backlog()).isEqualTo(new UffdBacklog(0, 1));
            assertThat(watch.observe(at.uffd.backlog(), 22)).isEqualTo(Verdict.UNANSWERED);

            at.continuePages(0, 1);
            await(load);
            assertThat(watch.observe(at.uffd.backlog(), 33)).isEqualTo(Verdict.FINE);
        }
    }
}
