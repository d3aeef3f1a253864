package dev.faultline.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 ns",
        "999, 999 ns",
        "1500, 1.50 us",
        "55000, 55.0 us",
        "70800000, 70.8 ms",
        "261000000, 261 ms",
        "2070000000, 2.07 s",
        "100000000000, 100 s"
    })
    void timesHaveThreeDigits(long nanos, String text) {
        assertThat(Numbers.nanos(nanos)).isEqualTo(text);
    }

    @Test
    void countsHaveTheirThousandsApart() {
        assertThat(Numbers.count(1_234_567)).isEqualTo("1,234,567");
        assertThat(Numbers.count(1, "page")).isEqualTo("1 page");
        assertThat(Numbers.count(0, "page")).isEqualTo("0 pages");
    }

    @Test
    void ratesOfNoTimeAreNone() {
        assertThat(Numbers.rate(1000, 0)).isEqualTo("0.00 GB/s");
        assertThat(Numbers.rate(2_000_000_000, 1_000_000_000)).isEqualTo("2.00 GB/s");
    }
}
