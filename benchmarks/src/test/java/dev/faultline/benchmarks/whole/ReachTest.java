package dev.faultline.benchmarks.whole;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.benchmarks.whole.Results.Case;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReachTest {
    private static final Reach DOWNTIME = new Reach(Figure.DOWNTIME, "guest", "theirs", "<= 0.9");

    private final Results results = new Results();

    @Test
    void aRatioIsOneOfMedians() {
        add("ours", 5, 6, 100);
        add("theirs", 8, 1, 30);
        assertThat(table()).contains("| downtime / theirs | guest | <= 0.9 | 0.75 |");
    }

    @Test
    void thereIsNoRatioToWhatNeverEnded() {
        add("ours", 5);
        results.add(new Case("guest", "theirs"), new Sample());
        assertThat(table()).contains("| downtime / theirs | guest | <= 0.9 | - |");
        assertThat(results.table(Figure.DOWNTIME)).contains("| guest | theirs (1 of 1 came to no end) | - |");
    }

    private String table() {
        return Reach.table(List.of(DOWNTIME), List.of("ours"), results);
    }

    private void add(String way, double... downtimes) {
        for (double downtime : downtimes) {
            results.add(
                    new Case("guest", way),
                    new Sample().with(Figure.DOWNTIME, downtime).with(Figure.TOTAL, 1000));
        }
    }
}
