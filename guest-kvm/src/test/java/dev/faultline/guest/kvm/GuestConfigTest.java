package dev.faultline.guest.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.PageSize;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GuestConfigTest {
    private static GuestConfig config(String name, long memoryBytes, PageSize pageSize, int vcpus, long rate) {
        return new GuestConfig(
                name,
                memoryBytes,
                pageSize,
                vcpus,
                1 << 20,
                0,
                rate,
                false,
                false,
                MachineChoice.AUTO,
                OptionalLong.empty());
    }

    private static void assertImpossible(Runnable action, String reason) {
        assertThatExceptionOfType(GuestException.class).isThrownBy(action::run).withMessageContaining(reason);
    }

    @Test
    void refusesImpossibleSettings() {
        assertImpossible(() -> config("", 16 << 20, PageSize.SIZE_4K, 1, 0), "needs a control name");
        assertImpossible(() -> config("@", 16 << 20, PageSize.SIZE_4K, 1, 0), "needs a control name");
        assertImpossible(() -> config("@a", 0, PageSize.SIZE_4K, 1, 0), "a whole number of pages");
        assertImpossible(() -> config("@a", 5 << 20, PageSize.SIZE_2M, 1, 0), "pages of 2097152 bytes");
        assertImpossible(() -> config("@a", 1L << 30, PageSize.SIZE_1G, 1, 0), "not of 1 GiB");
        assertImpossible(() -> config("@a", 16 << 20, PageSize.SIZE_4K, 1, -1), "write rate of -1");
        assertImpossible(() -> config("@a", 16 << 20, PageSize.SIZE_4K, 0, 0).workload(), "vCPUs");
    }

    @Test
    void dividesTheWriteRateAmongTheVcpus() {
        assertThat(config("@a", 16 << 20, PageSize.SIZE_4K, 4, 1000).workload().pagesPerSecond())
                .isEqualTo(250);
        assertThat(config("@a", 16 << 20, PageSize.SIZE_4K, 3, 1).workload().pagesPerSecond())
                .isEqualTo(1);
        assertThat(config("@a", 16 << 20, PageSize.SIZE_4K, 3, 0).workload().pagesPerSecond())
                .isZero();
    }
}
