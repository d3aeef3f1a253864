package dev.faultline.uffd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.StallWatch.Verdict;
import org.junit.jupiter.api.Test;

class StallWatchTest {
    private final StallWatch watch = new StallWatch(100);

    private Verdict sample(long unread, long unresolved, long now) {
        return watch.observe(new UffdBacklog(unread, unresolved), now);
    }

    @Test
    void nothingWaitingIsFineForEver() {
        assertThat(sample(0, 0, 0)).isEqualTo(Verdict.FINE);
        assertThat(sample(0, 0, 1_000_000)).isEqualTo(Verdict.FINE);
        assertThat(watch.waitingNanos()).isZero();
        assertThat(watch.waitingThreads()).isZero();
    }

    @Test
    void faultsThatNobodyReadsForLongerThanTheLimitAreUnread() {
        assertThat(sample(2, 2, 50)).isEqualTo(Verdict.FINE);
        assertThat(sample(3, 3, 150)).isEqualTo(Verdict.FINE);
        assertThat(sample(1, 1, 151)).isEqualTo(Verdict.UNREAD);
        assertThat(watch.waitingNanos()).isEqualTo(101);
        assertThat(watch.waitingThreads()).isEqualTo(1);
    }

    @Test
    void faultsThatWereReadAndAreNotAnsweredAreUnanswered() {
        sample(0, 3, 0);
        assertThat(sample(0, 2, 200)).isEqualTo(Verdict.UNANSWERED);
        assertThat(watch.waitingThreads()).isEqualTo(2);
    }

    @Test
    void aSampleOfNothingBeginsAnew() {
        sample(0, 1, 0);
        assertThat(sample(0, 0, 99)).isEqualTo(Verdict.FINE);
        assertThat(sample(0, 1, 150)).isEqualTo(Verdict.FINE);
        assertThat(sample(0, 1, 250)).isEqualTo(Verdict.FINE);
        assertThat(sample(0, 1, 251)).isEqualTo(Verdict.UNANSWERED);
    }

    /** One thread that is forgotten while others come and go. */
    @Test
    void theOneThatStaysIsSeenAmongThoseThatGo() {
        long now = 0;
        for (int others = 5; others > 0; others--) {
            now += 30;
            sample(others, others + 1, now);
            sample(0, 1, now + 10);
        }
        assertThat(sample(0, 1, now + 20)).isEqualTo(Verdict.UNANSWERED);
        assertThat(watch.waitingThreads()).isEqualTo(1);
    }
}
