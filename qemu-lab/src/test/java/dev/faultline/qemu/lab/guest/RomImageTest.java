package dev.faultline.qemu.lab.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RomImageTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 618})
    void strideVisitsEachPageOnce(int mib) {
        int pages = mib * GuestLoad.PAGES_PER_MIB;
        long stride = RomImage.stride(pages);
        Set<Long> visited = new HashSet<>();
        long page = 0;
        for (int i = 0; i < pages; i++) {
            visited.add(page);
            page = (page + stride) % pages;
        }
        assertThat(visited).hasSize(pages);
        assertThat(stride).isLessThan(pages);
    }

    @Test
    void parametersAreInTheOrderOfTheSource() {
        ByteBuffer parameters = RomImage.parameters(new GuestLoad(2, 3, 500, 10), 1000);

        long[] values = new long[10];
        parameters.asLongBuffer().get(values);
        assertThat(values)
                .startsWith(512, 768, RomImage.stride(512), 2000, 10_000, 1000, 1 + 1280 * 10 / 2000)
                .endsWith(0, 9, RomImage.AREA + 1281 * 4096);
    }

    /** Nothing else may read the pages that the probe is to find. */
    @Test
    void probeTakesTheWalksPlace() {
        GuestLoad load = new GuestLoad(2, 3, GuestLoad.IDLE, 10).withProbe(500);
        ByteBuffer parameters = RomImage.parameters(load, 1000);

        assertThat(parameters.getLong(6 * Long.BYTES)).isZero();
        assertThat(parameters.getLong(7 * Long.BYTES)).isEqualTo(2000);
        assertThat(RomImage.memoryBytes(load)).isEqualTo(RomImage.AREA + 1281 * 4096 + (1 << 20));
    }

    @Test
    void idleAndUnthrottledAreNoRates() {
        assertThat(RomImage.parameters(GuestLoad.of(GuestLoad.IDLE), 1000).getLong(3 * Long.BYTES))
                .isEqualTo(-1);
        assertThat(RomImage.parameters(GuestLoad.of(GuestLoad.UNTHROTTLED), 1000)
                        .getLong(3 * Long.BYTES))
                .isZero();
    }
}
