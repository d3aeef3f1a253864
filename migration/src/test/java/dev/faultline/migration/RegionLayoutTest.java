package dev.faultline.migration;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.PageSize;
import org.junit.jupiter.api.Test;

class RegionLayoutTest {

    @Test
    void refusesPartOfAPage() {
        assertThatThrownBy(() -> new RegionLayout(6000, new PageSize(4096)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
