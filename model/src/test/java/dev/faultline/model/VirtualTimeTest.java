package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.model.VirtualTime.End;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class VirtualTimeTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long STEPS = 100_000;

    private final VirtualTime time = new VirtualTime(1, 0);
    private final VirtualTime.Group group = time.newGroup();
    private final List<String> log = new ArrayList<>();

    @Test
    void timeJumpsToTheNextLimitAgainAndAgain() {
        time.start(group, "slow", () -> {
            for (int i = 0; i < 3; i++) {
                time.pass(10 * SECOND);
                log.add("slow " + time.nanoTime() / SECOND);
            }
        });
        time.start(group, "fast", () -> {
            time.pass(4 * SECOND);
            log.add("fast " + time.nanoTime() / SECOND);
        });
        assertThat(time.simulate(100 * SECOND, STEPS)).isEqualTo(End.STUCK);
        assertThat(log).containsExactly("fast 4", "slow 10", "slow 20", "slow 30");
    }

    @Test
    void aWaitEndsWhenItIsSoOrWhenItsTimeIsOver() {
        VirtualCondition condition = time.newCondition();
        time.start(group, "one", () -> log.add("one " + condition.await(() -> log.contains("so"), 5 * SECOND)));
        time.start(group, "two", () -> log.add("two " + condition.await(() -> log.contains("so"), SECOND)));
        time.start(group, "three", () -> {
            time.pass(2 * SECOND);
            log.add("so");
            condition.wakeAll();
        });
        time.simulate(100 * SECOND, STEPS);
        assertThat(log).containsExactly("two false", "so", "one true");
        assertThat(time.nanoTime()).isEqualTo(2 * SECOND);
    }

    @Test
    void itEndsWhenItIsToldToWhenItsTimeIsOverAndWhenItHasTakenTooManySteps() {
        time.start(group, "ticks", () -> {
            while (true) {
                time.pass(SECOND);
                if (time.nanoTime() == 20 * SECOND) {
                    time.stop();
                }
            }
        });
        assertThat(time.simulate(10 * SECOND, STEPS)).isEqualTo(End.TIME);
        assertThat(time.nanoTime()).isEqualTo(10 * SECOND);
        assertThat(time.simulate(100 * SECOND, STEPS)).isEqualTo(End.STOPPED);
        time.start(group, "spins", () -> {
            while (true) {
                time.point("spins");
            }
        });
        assertThat(time.simulate(100 * SECOND, STEPS)).isEqualTo(End.STEPS);
    }

    @Test
    void whatIsKilledRunsNoFinallyBlockAndWakesNobody() {
        VirtualTime.Group doomed = time.newGroup();
        VirtualCondition condition = time.newCondition();
        time.start(doomed, "waits", () -> {
            try {
                condition.await(() -> log.contains("killed"), VirtualTime.FOREVER);
            } finally {
                log.add("unwound");
            }
        });
        time.start(doomed, "sleeps", () -> {
            time.pass(10 * SECOND);
            log.add("slept");
        });
        time.start(group, "kills", () -> {
            time.pass(SECOND);
            time.kill(doomed);
            log.add("killed");
            condition.wakeAll();
        });
        assertThat(time.simulate(100 * SECOND, STEPS)).isEqualTo(End.STUCK);
        assertThat(log).containsExactly("killed");
        assertThat(doomed.isKilled()).isTrue();
        assertThat(time.nanoTime()).isEqualTo(SECOND);
    }

    /** A fill of many pages, killed at some point of it: it maps all of them, or none, for it is one call. */
    @Test
    void aCallOfTheKernelThatAKilledTaskIsInGoesOnToItsEnd() {
        Set<Integer> mapped = new HashSet<>();
        boolean wasInside = false;
        for (long seed = 0; seed < 200; seed++) {
            VirtualTime at = new VirtualTime(seed, 0);
            VirtualTime.Group doomed = at.newGroup();
            List<String> events = new ArrayList<>();
            ModelKernel kernel = new ModelKernel(Rules.MAINLINE, at.scheduler());
            try (Machine machine = new Machine(Kind.SHMEM, kernel, Set.of())) {
                machine.register(Machine.MISSING);
                at.start(doomed, "fills", () -> {
                    events.add("begins");
                    machine.uffd.zeroPages(machine.page(0), machine.bytes(3), 0);
                    events.add("has filled");
                });
                at.start(at.newGroup(), "kills", () -> {
                    at.point("kills");
                    at.point("kills");
                    events.add("kills");
                    at.kill(doomed);
                });
                at.simulate(SECOND, STEPS);
                int count = 0;
                for (int page = 0; page < 3; page++) {
                    count += machine.categories(page) != 0 ? 1 : 0;
                }
                mapped.add(count);
                wasInside |= count == 3 && !events.contains("has filled");
            }
        }
        assertThat(mapped).containsExactlyInAnyOrder(0, 3);
        assertThat(wasInside).isTrue();
    }

    @Test
    void theSameSeedHasTheSameDigestAndOthersHaveOthers() {
        Set<Long> digests = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            long digest = race(seed);
            assertThat(race(seed)).isEqualTo(digest);
            digests.add(digest);
        }
        assertThat(digests).hasSizeGreaterThan(15);
    }

    private static long race(long seed) {
        VirtualTime at = new VirtualTime(seed, 0);
        VirtualTime.Group all = at.newGroup();
        for (int i = 0; i < 3; i++) {
            at.start(all, "racer " + i, () -> {
                for (int step = 0; step < 20; step++) {
                    at.point("step");
                }
            });
        }
        at.simulate(SECOND, STEPS);
        return at.digest();
    }
}
