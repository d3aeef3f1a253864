package dev.faultline.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "4096, 4096",
        "4K, 4096",
        "4k, 4096",
        "4KiB, 4096",
        "4 KB, 4096",
        "512M, 536870912",
        "1G, 1073741824",
        "1.5G, 1610612736",
        "2T, 2199023255552",
        "64B, 64",
        "0.5K, 512"
    })
    void reads(String text, long bytes) {
        assertThat(Sizes.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "K", "-1", "1X", "1.2345K", "1..5G", "1 2", "0x10", "1e3", "٣", "9999999999999999999"})
    void refusesWhatIsNoSize(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Sizes.parse(text)).withMessageContaining("is no size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999999999T", "99999999T"})
    void refusesWhatIsTooLong(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sizes.parse(text))
                .withMessageContaining("is more than any memory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.001K", "1.5", "1.333M"})
    void refusesPartsOfBytes(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sizes.parse(text))
                .withMessageContaining("no whole number of bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1536, 1.50 KiB",
        "268435456, 256 MiB",
        "12345678, 11.8 MiB",
        "1073741824, 1 GiB",
        "1099511627776, 1 TiB",
        "9223372036854775807, 8388608 TiB"
    })
    void formats(long bytes, String text) {
        assertThat(Sizes.format(bytes)).isEqualTo(text);
    }
}
