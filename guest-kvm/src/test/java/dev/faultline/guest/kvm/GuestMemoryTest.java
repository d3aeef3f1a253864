package dev.faultline.guest.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.RegionLayout;
import dev.faultline.uffd.PageSize;
import org.junit.jupiter.api.Test;

class GuestMemoryTest {

    @Test
    void keepsItsLayout() {
        RegionLayout layout = new RegionLayout(8192, new PageSize(4096));
        assertThat(new GuestMemory(0, layout).layout()).isEqualTo(layout);
    }
}
