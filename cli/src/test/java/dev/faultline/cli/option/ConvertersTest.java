package dev.faultline.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;
import dev.faultline.migration.destination.SpinLimit;
import dev.faultline.uffd.memory.PageSize;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
    @ParameterizedTest
    @CsvSource({"127.0.0.1:7070, 127.0.0.1, 7070", "[::1]:0, 0:0:0:0:0:0:0:1, 0", "localhost:65535, localhost, 65535"})
    void readsAddresses(String text, String host, int port) {
        InetSocketAddress address = new AddressConverter().convert(text);
        assertThat(address.getHostString()).isEqualTo(host);
        assertThat(address.getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "localhost:", ":80", "localhost:65536", "localhost:-1", "::1:80", "a:b"})
    void refusesWhatIsNoAddress(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new AddressConverter().convert(text))
                .withMessageContaining("HOST:PORT");
    }

    @Test
    void readsPageSizes() {
        assertThat(new PageSizeConverter().convert("4K")).isEqualTo(PageSize.SIZE_4K);
        assertThat(new PageSizeConverter().convert("2M")).isEqualTo(PageSize.SIZE_2M);
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new PageSizeConverter().convert("1G"))
                .withMessage("the micro-VM has no memory of 1G pages; there are 4K and 2M");
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new PageSizeConverter().convert("8K"))
                .withMessage("'8K' is no page size; there are 4K and 2M");
    }

    @Test
    void readsRates() {
        assertThat(new RateConverter().convert("max")).isZero();
        assertThat(new RateConverter().convert("1000")).isEqualTo(1000);
        for (String wrong : new String[] {"0", "-1", "fast", "1000000001", ""}) {
            assertThatExceptionOfType(TypeConversionException.class)
                    .isThrownBy(() -> new RateConverter().convert(wrong));
        }
    }

    @Test
    void readsForHowLongToSpin() {
        assertThat(new FaultSpinConverter().convert("off")).isEqualTo(SpinLimit.OFF);
        assertThat(new FaultSpinConverter().convert("auto")).isEqualTo(SpinLimit.auto());
        assertThat(new FaultSpinConverter().convert("75").maxNanos()).isEqualTo(75_000);
        for (String wrong : new String[] {"0", "-1", "on", "10000", "1.5", ""}) {
            assertThatExceptionOfType(TypeConversionException.class)
                    .isThrownBy(() -> new FaultSpinConverter().convert(wrong))
                    .withMessage("'" + wrong + "' is none of auto, off and 1 to 9999 microseconds");
        }
    }

    @Test
    void readsSeconds() {
        assertThat(new SecondsConverter().convert("2")).isEqualTo(Duration.ofSeconds(2));
        assertThat(new SecondsConverter().convert("0.25s")).isEqualTo(Duration.ofMillis(250));
        for (String wrong : List.of("0", "0.001", "-1", "1.0005", "1e9", "1m", "", "s")) {
            assertThatExceptionOfType(TypeConversionException.class)
                    .isThrownBy(() -> new SecondsConverter().convert(wrong))
                    .withMessageContaining("'" + wrong + "' is no time");
        }
    }

    @Test
    void readsWords() {
        assertThat(new EnumConverter.Mode().convert("hybrid")).isEqualTo(MigrationMode.HYBRID);
        assertThat(new EnumConverter.Switch().convert("write-after-map")).isEqualTo(TestSwitch.WRITE_AFTER_MAP);
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new EnumConverter.Mode().convert("warp"))
                .withMessage("'warp' is no mode; there are precopy, postcopy, hybrid");
    }

    @ParameterizedTest
    @CsvSource({"50ms, 50000000", "1.5s, 1500000000", "10m, 600000000000", "0.001ms, 1000"})
    void readsTimes(String text, long nanos) {
        assertThat(new TimeConverter().convert(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "50", "0ms", "-1s", "1h", "1.2345s", "ms"})
    void refusesWhatIsNoTime(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new TimeConverter().convert(text))
                .withMessageContaining("write 50ms, 2s or 10m");
    }

    @Test
    void readsBandwidths() {
        assertThat(new BandwidthConverter().convert("100M")).isEqualTo(100L << 20);
        for (String wrong : new String[] {"0", "1K", "fast"}) {
            assertThatExceptionOfType(TypeConversionException.class)
                    .isThrownBy(() -> new BandwidthConverter().convert(wrong));
        }
    }

    @Test
    void readsRounds() {
        assertThat(new MoveLimitOptions.Rounds().convert("12")).isEqualTo(12);
        for (String wrong : new String[] {"0", "1001", "many"}) {
            assertThatExceptionOfType(TypeConversionException.class)
                    .isThrownBy(() -> new MoveLimitOptions.Rounds().convert(wrong));
        }
    }
}
