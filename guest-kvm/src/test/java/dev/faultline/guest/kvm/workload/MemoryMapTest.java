package dev.faultline.guest.kvm.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.faultline.uffd.memory.PageSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryMapTest {
    private static final long MIB = 1 << 20;

    private static MemoryMap map(Workload workload, long memoryMib) {
        return MemoryMap.of(workload, memoryMib * MIB, PageSize.SIZE_4K);
    }

    @Test
    void laysOutSystemThenHotThenCold() {
        MemoryMap map = map(Workload.of(2, 6 * MIB).withCold(3 * MIB, 16), 64);

        // 3 MiB each take 4 because of the alignment; a third of cold memory is lost to the power of two.
        assertThat(map.areas())
                .containsExactly(new VcpuArea(2 * MIB, 768, 10 * MIB, 256), new VcpuArea(6 * MIB, 768, 12 * MIB, 256));
        assertThat(map.usedBytes()).isEqualTo(14 * MIB);
    }

    @Test
    void needsNoMoreThanItSays() {
        Workload workload = Workload.of(1, 10 * MIB).withCold(4 * MIB, 16);
        assertThat(map(workload, 16).usedBytes()).isEqualTo(16 * MIB);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> map(workload, 14))
                .withMessage("guest memory of 14 MiB is too small: 2 MiB for the system, a working set of 10 MiB and a"
                        + " cold set of 4 MiB need 16 MiB");
    }

    @Test
    void leavesTheRestUntouchedWithoutColdSet() {
        MemoryMap map = map(Workload.of(3, 3 * 4096), 1024);
        assertThat(map.areas()).allSatisfy(area -> assertThat(area.hotPages()).isOne());
        assertThat(map.usedBytes()).isEqualTo(8 * MIB);
    }

    @ParameterizedTest
    @CsvSource({"0", "-2097152", "3145728", "274880004096"})
    void refusesMemoryOfAnOddSize(long bytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryMap.of(Workload.of(1, MIB), bytes, PageSize.SIZE_4K))
                .withMessageContaining("guest memory of " + bytes + " bytes");
    }

    @Test
    void refusesAWorkingSetThatTheRegistersCannotCount() {
        Workload workload = Workload.of(1, 64L << 30);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> map(workload, 128 << 10))
                .withMessageContaining("at most 16777215 are possible");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4096, 0, 1, 0, 1 to 64 vCPUs",
        "65, 1048576, 0, 1, 0, 1 to 64 vCPUs",
        "2, 4096, 0, 1, 0, no page for each of 2 vCPUs",
        "2, 8192, 8192, 1, 0, no two pages for each of 2 vCPUs",
        "1, 4096, -1, 1, 0, no two pages",
        "1, 4096, 0, 0, 0, after 1 hot page at the earliest",
        "1, 4096, 0, 1, -1, a write rate is 0"
    })
    void refusesAWorkloadThatMakesNoSense(
            int vcpus, long hotBytes, long coldBytes, int interval, long rate, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Workload(vcpus, hotBytes, coldBytes, interval, rate))
                .withMessageContaining(reason);
    }
}
