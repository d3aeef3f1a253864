package dev.faultline.migration.page;

import static dev.faultline.migration.page.PageStates.ABSENT;
import static dev.faultline.migration.page.PageStates.BUSY;
import static dev.faultline.migration.page.PageStates.CURRENT;
import static dev.faultline.migration.page.PageStates.CURRENT_ZERO;
import static dev.faultline.migration.page.PageStates.DROP;
import static dev.faultline.migration.page.PageStates.MAPPED;
import static dev.faultline.migration.page.PageStates.RECEIVED;
import static dev.faultline.migration.page.PageStates.RECEIVED_ZERO;
import static dev.faultline.migration.page.PageStates.STALE;
import static dev.faultline.migration.page.PageStates.WRITING_EARLY;
import static dev.faultline.migration.page.PageStates.WRITING_FINAL;
import static dev.faultline.migration.page.PageStates.WRITING_STALE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every state and every operation, as the diagram has it. */
@Timeout(60)
class PageStatesTest {
    private static final String[] NAMES = {
        "ABSENT",
        "RECEIVED",
        "RECEIVED_ZERO",
        "STALE",
        "WRITING_EARLY",
        "WRITING_STALE",
        "WRITING_FINAL",
        "CURRENT",
        "CURRENT_ZERO",
        "MAPPED"
    };

    /** Brings a page into a state by the operations alone. */
    private static PageStates in(byte state) {
        PageStates states = new PageStates(1);
        switch (state) {
            case ABSENT -> {}
            case RECEIVED, RECEIVED_ZERO -> {
                states.claim(0, false);
                states.finish(0, false, state == RECEIVED_ZERO);
            }
            case STALE -> {
                states.claim(0, false);
                states.abandon(0);
            }
            case WRITING_EARLY -> states.claim(0, false);
            case WRITING_STALE -> {
                states.claim(0, false);
                states.learnDirty(0);
            }
            case WRITING_FINAL -> states.claim(0, true);
            case CURRENT, CURRENT_ZERO, MAPPED -> {
                states.claim(0, true);
                states.finish(0, true, state == CURRENT_ZERO);
                if (state == MAPPED) {
                    states.moveToMapped(0);
                }
            }
            default -> throw new AssertionError(state);
        }
        assertThat(states.state(0)).isEqualTo(state);
        return states;
    }

    private static void assertState(PageStates states, String expected) {
        assertThat(NAMES[states.state(0)]).isEqualTo(expected);
        assertThat(states.notCurrent()).isEqualTo(PageStates.isCurrent(states.state(0)) ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource({
        "0, ABSENT, WRITING_EARLY", "1, RECEIVED, WRITING_EARLY", "2, RECEIVED_ZERO, WRITING_EARLY", "3, DROP, STALE",
        "4, DROP, WRITING_EARLY", "5, DROP, WRITING_STALE", "6, DROP, WRITING_FINAL", "7, DROP, CURRENT",
        "8, DROP, CURRENT_ZERO", "9, DROP, MAPPED"
    })
    void aPrecopyFrameFollowsOnlyPrecopyFrames(byte state, String answer, String next) {
        PageStates states = in(state);
        assertThat(name(states.claim(0, false))).isEqualTo(answer);
        assertState(states, next);
    }

    @ParameterizedTest
    @CsvSource({
        "0, ABSENT, WRITING_FINAL",
        "1, RECEIVED, WRITING_FINAL",
        "2, RECEIVED_ZERO, WRITING_FINAL",
        "3, STALE, WRITING_FINAL",
        "4, BUSY, WRITING_EARLY",
        "5, BUSY, WRITING_STALE",
        "6, BUSY, WRITING_FINAL",
        "7, DROP, CURRENT",
        "8, DROP, CURRENT_ZERO",
        "9, DROP, MAPPED"
    })
    void aFinalFrameWaitsForAWriterAndNeverComesAfterContent(byte state, String answer, String next) {
        PageStates states = in(state);
        assertThat(name(states.claim(0, true))).isEqualTo(answer);
        assertState(states, next);
    }

    private static String name(int answer) {
        return answer == DROP ? "DROP" : answer == BUSY ? "BUSY" : NAMES[answer];
    }

    @ParameterizedTest
    @CsvSource({
        "4, false, false, RECEIVED", "4, false, true, RECEIVED_ZERO", "5, false, false, STALE",
        "5, false, true, STALE", "6, true, false, CURRENT", "6, true, true, CURRENT_ZERO"
    })
    void aFinishedFrameHasTakenEffect(byte state, boolean isFinal, boolean zero, String next) {
        PageStates states = in(state);
        states.finish(0, isFinal, zero);
        assertState(states, next);
    }

    @ParameterizedTest
    @ValueSource(bytes = {WRITING_EARLY, WRITING_STALE, WRITING_FINAL})
    void aBrokenFrameLeavesNothingToTrust(byte state) {
        PageStates states = in(state);
        states.abandon(0);
        assertState(states, "STALE");
        assertThat(PageStates.mayHoldContent(states.state(0))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0, ABSENT",
        "1, STALE",
        "2, STALE",
        "3, STALE",
        "4, WRITING_STALE",
        "5, WRITING_STALE",
        "6, WRITING_FINAL",
        "7, CURRENT",
        "8, CURRENT_ZERO",
        "9, MAPPED"
    })
    void learningDirty(byte state, String next) {
        PageStates states = in(state);
        states.learnDirty(0);
        assertState(states, next);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, ABSENT",
        "1, true, CURRENT",
        "2, true, CURRENT_ZERO",
        "3, false, STALE",
        "4, false, WRITING_EARLY",
        "5, false, WRITING_STALE",
        "6, true, WRITING_FINAL",
        "7, true, CURRENT",
        "8, true, CURRENT_ZERO",
        "9, true, MAPPED"
    })
    void learningClean(byte state, boolean answer, String next) {
        PageStates states = in(state);
        assertThat(states.learnClean(0)).isEqualTo(answer);
        assertState(states, next);
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, ABSENT", "1, false, RECEIVED", "2, false, RECEIVED_ZERO", "3, false, STALE",
        "4, false, WRITING_EARLY", "5, false, WRITING_STALE", "6, false, WRITING_FINAL", "7, true, MAPPED",
        "8, true, MAPPED", "9, false, MAPPED"
    })
    void onlyWhatIsCurrentIsMapped(byte state, boolean answer, String next) {
        PageStates states = in(state);
        assertThat(states.moveToMapped(0)).isEqualTo(answer);
        assertState(states, next);
    }

    @Test
    void runsEndAtWhatIsNotCurrent() {
        PageStates states = new PageStates(10);
        for (int page : new int[] {2, 3, 4, 5, 7}) {
            states.claim(page, true);
            states.finish(page, true, page == 5);
        }
        assertThat(states.runStart(4, 0)).isEqualTo(2);
        assertThat(states.runStart(4, 3)).isEqualTo(3);
        assertThat(states.runEnd(3, 10)).isEqualTo(5); // 5 is a zero page, which has nothing to CONTINUE
        assertThat(states.runEnd(7, 8)).isEqualTo(8);
    }

    @Test
    void ofAllWhoClaimAPageExactlyOneWins() throws Exception {
        int pages = 20_000;
        int threads = 4;
        PageStates states = new PageStates(pages);
        ConcurrentHashMap<Integer, Integer> winners = new ConcurrentHashMap<>();
        CyclicBarrier begin = new CyclicBarrier(threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            for (Future<?> future : IntStream.range(0, threads)
                    .<Future<?>>mapToObj(thread -> pool.submit(() -> {
                        begin.await();
                        for (int page = 0; page < pages; page++) {
                            int answer = states.claim(page, true);
                            while (answer == BUSY) {
                                Thread.onSpinWait();
                                answer = states.claim(page, true);
                            }
                            if (answer >= 0) {
                                assertThat(winners.put(page, thread)).isNull();
                                states.finish(page, true, false);
                            }
                        }
                        return null;
                    }))
                    .toList()) {
                future.get();
            }
        }
        assertThat(winners).hasSize(pages);
        assertThat(states.notCurrent()).isZero();
    }

    @Test
    void theMapAndAFrameForOnePageAgreeWhoeverIsFirst() throws Exception {
        for (int round = 0; round < 2000; round++) {
            PageStates states = in(WRITING_EARLY);
            Thread map = Thread.ofPlatform().start(() -> states.learnDirty(0));
            states.finish(0, false, false);
            map.join();
            assertThat(states.state(0)).isEqualTo(STALE);
        }
    }
}
