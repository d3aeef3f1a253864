package dev.faultline.migration.destination;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaultSpinTest {
    private static final long MAX = 50_000;

    private final FaultSpin spin = new FaultSpin(MAX);

    @Test
    void spinsLongerWhileFaultsFollowEachOther() {
        assertThat(spin.nanos()).isZero();
        spin.slept(MAX);
        assertThat(spin.nanos()).isEqualTo(4_000);
        spin.spun(true);
        assertThat(spin.nanos()).isEqualTo(8_000);
        for (int i = 0; i < 10; i++) {
            spin.spun(true);
        }
        assertThat(spin.nanos()).isEqualTo(MAX);
    }

    @Test
    void ceasesWhenItFindsNothing() {
        for (int i = 0; i < 10; i++) {
            spin.slept(0);
        }
        spin.spun(false);
        assertThat(spin.nanos()).isEqualTo(MAX / 2);
        for (int i = 0; i < 10; i++) {
            spin.spun(false);
        }
        assertThat(spin.nanos()).isZero();
        spin.slept(MAX + 1);
        assertThat(spin.nanos()).as("spinning would not have found it").isZero();
    }

    @Test
    void neverSpinsWhereItIsNotToSpin() {
        FaultSpin off = new FaultSpin(0);
        off.slept(0);
        off.slept(-1);
        assertThat(off.nanos()).isZero();
    }
}
