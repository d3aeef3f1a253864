package dev.faultline.cli.rate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.cli.rate.Forecast.Verdict;
import dev.faultline.migration.rate.AreaSample;
import dev.faultline.migration.rate.MemoryArea;
import dev.faultline.migration.rate.WriteSample;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static final long MIB = 1 << 20;
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final MemoryArea AREA =
            new MemoryArea("ram", PageSize.SIZE_4K, List.of(new MemoryArea.Range(0, 1 << 30, 0)));

    /** Intervals of a second, in each of which so much was written, from a working set of 300 MiB. */
    private static RateSummary summary(long... writtenMib) {
        RateSummary summary = new RateSummary();
        for (int i = 0; i < writtenMib.length; i++) {
            AreaSample area = new AreaSample(AREA, writtenMib[i] * MIB, 300 * MIB, 400 * MIB, true);
            summary.add(new WriteSample((i + 1) * SECOND_NANOS, SECOND_NANOS, List.of(area)));
        }
        return summary;
    }

    private static Forecast at(RateSummary summary, long mibPerSecond) {
        return Forecast.of(summary, OptionalLong.of(mibPerSecond * MIB));
    }

    @Test
    void roundsShrinkIfLessIsWrittenThanIsSent() {
        Forecast forecast = at(summary(50, 150, 100), 200);
        assertThat(forecast.verdict()).isEqualTo(Verdict.SHRINK);
        assertThat(forecast.text())
                .isEqualTo("At 200 MiB/s pre-copy rounds shrink: 100 MiB/s are written on average, 150 MiB/s at most."
                        + " No more than 150 MiB are left for the pause, 750 ms of it.");
    }

    @Test
    void theBusiestIntervalIsNotHiddenByTheAverage() {
        Forecast forecast = at(summary(0, 300, 0), 150);
        assertThat(forecast.verdict()).isEqualTo(Verdict.SHRINK_ON_AVERAGE);
        assertThat(forecast.text()).contains("100 MiB/s are written on average", "with 300 MiB/s, they would not");
    }

    @Test
    void roundsDoNotShrinkIfAsMuchIsWrittenAsIsSent() {
        Forecast forecast = at(summary(100, 100), 100);
        assertThat(forecast.verdict()).isEqualTo(Verdict.DO_NOT_SHRINK);
        assertThat(forecast.text()).contains("do not shrink: 100 MiB/s", "about 3.00 s", "post-copy");
    }

    @Test
    void withoutABandwidthItSaysWhatItTakes() {
        Forecast forecast = Forecast.of(summary(50, 150), OptionalLong.empty());
        assertThat(forecast.verdict()).isEqualTo(Verdict.DEPENDS);
        assertThat(forecast.text()).contains("more than 150 MiB/s");
    }

    @Test
    void anIdleProcessIsDoneInOneRound() {
        assertThat(at(summary(0, 0), 1).verdict()).isEqualTo(Verdict.NOTHING_WRITTEN);
    }
}
