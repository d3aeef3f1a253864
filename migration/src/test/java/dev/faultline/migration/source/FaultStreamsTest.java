package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultStreamsTest {
    private static final long SEED = 5;

    private final FaultStreams streams = new FaultStreams();

    private void faults(int... pages) {
        for (int page : pages) {
            streams.fault(0, page, (_, from, to) -> from < to);
        }
    }

    /** {@return region:last, stride and window of each stream} */
    private List<String> known() {
        List<String> known = new ArrayList<>();
        for (int i = 0; i < FaultStreams.STREAMS; i++) {
            FaultStreams.Stream stream = streams.stream(i);
            if (stream.window() > 0) {
                known.add(stream.region() + ":" + stream.last() + " by " + stream.stride() + ", " + stream.window());
            }
        }
        return known;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1, 2, 7, -16, 512, -4096})
    void threePagesEvenlyApartMakeAStream(int stride) {
        faults(100_000, 100_000 + stride);
        assertThat(known()).isEmpty();
        faults(100_000 + 2 * stride);
        assertThat(known()).containsExactly("0:" + (100_000 + 2 * stride) + " by " + stride + ", 8");
    }

    @Test
    void itLooksTwiceAsFarAheadWithEachFaultThatItForetold() {
        faults(0, 10, 20, 30);
        assertThat(known()).containsExactly("0:30 by 10, 16");
        faults(30 + 17 * 10);
        assertThat(known()).containsExactly("0:200 by 10, 32");
        for (int page = 210; page < 400; page += 10) {
            faults(page);
        }
        assertThat(known()).containsExactly("0:390 by 10, " + FaultStreams.MAX_WINDOW);
    }

    @Test
    void itLooksHalfAsFarAheadWithEachFaultBetweenItsPagesAndEnds() {
        faults(0, 100, 200, 205);
        assertThat(known()).containsExactly("0:200 by 100, 4");
        faults(333, 350);
        assertThat(known()).containsExactly("0:200 by 100, 1");
        faults(250);
        assertThat(known()).isEmpty();
    }

    @Test
    void whatLiesElsewhereDoesNotDisturbIt() {
        faults(1000, 1010, 50_000, 1020, 7, 800_000, 1030);
        assertThat(known()).containsExactly("0:1030 by 10, 16");
    }

    @Test
    void severalThreadsHaveAStreamEachHoweverTheyAreMixed() {
        for (int step = 0; step < 4; step++) {
            faults(1000 + step, 1500 - step, 90_000 + 3 * step);
        }
        assertThat(known()).containsExactlyInAnyOrder("0:1003 by 1, 16", "0:1497 by -1, 16", "0:90009 by 3, 16");
    }

    @Test
    void regionsAreApart() {
        streams.fault(0, 1, (_, _, _) -> true);
        streams.fault(1, 2, (_, _, _) -> true);
        streams.fault(0, 3, (_, _, _) -> true);
        assertThat(known()).isEmpty();
    }

    /** The push sends what is around a fault, and the guest then faults where that ends. */
    @Test
    void stepsOverPagesThatAreThereAlreadyAreSmallSteps() {
        for (int page : new int[] {0, 64, 128}) {
            streams.fault(0, page, (_, _, _) -> false);
        }
        assertThat(known()).containsExactly("0:128 by 1, 8");
        streams.fault(0, 700, (_, _, _) -> false);
        assertThat(known()).containsExactly("0:700 by 1, 16");
        streams.fault(0, 900, (_, _, _) -> true);
        assertThat(known())
                .as("beyond its window, and passing by what is not there")
                .containsExactly("0:700 by 1, 16");
        streams.fault(1, 1000, (_, _, _) -> false);
        streams.fault(1, 936, (_, _, _) -> false);
        streams.fault(1, 872, (_, _, _) -> false);
        assertThat(known()).containsExactly("0:700 by 1, 16", "1:872 by -1, 8");
    }

    @Test
    void theStreamThatRestedLongestMakesRoom() {
        for (int stream = 0; stream <= FaultStreams.STREAMS; stream++) {
            int first = stream * 1_000_000;
            faults(first, first + 1, first + 2);
            faults(3 + Math.min(stream, 1)); // the first one goes on
        }
        assertThat(known())
                .hasSize(FaultStreams.STREAMS)
                .anySatisfy(stream -> assertThat(stream).startsWith("0:4 "))
                .noneSatisfy(stream -> assertThat(stream).startsWith("0:1000002 "))
                .anySatisfy(stream -> assertThat(stream).startsWith("0:8000002 "));
    }

    @Test
    void amongFaultsWithoutARuleItSeesHardlyAny() {
        Random random = new Random(SEED);
        int seen = 0;
        for (int i = 0; i < 10_000; i++) {
            streams.fault(0, random.nextInt(1 << 20), (_, _, _) -> true);
            seen += known().isEmpty() ? 0 : 1;
        }
        // What was found by chance stays until it has made room, and nobody follows it.
        assertThat(streams.faults()).isEqualTo(10_000);
        assertThat(seen).isLessThan(10_000);
        for (int i = 0; i < FaultStreams.STREAMS; i++) {
            assertThat(streams.stream(i).window()).isLessThanOrEqualTo(FaultStreams.FIRST_WINDOW);
        }
    }
}
