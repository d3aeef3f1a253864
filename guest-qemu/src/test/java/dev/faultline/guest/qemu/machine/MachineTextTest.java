package dev.faultline.guest.qemu.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words that QEMU has said. */
class MachineTextTest {
    private static final String BLOCKS = """
                      Block Name    PSize              Offset               Used              Total
                             ram    4 KiB  0x0000000000000000 0x0000000004000000 0x0000000004000000
            /rom@etc/acpi/tables    4 KiB  0x0000000004080000 0x0000000000020000 0x0000000000200000
            0000:00:02.0/vga.vram    4 KiB  0x0000000004280000 0x0000000001000000 0x0000000001000000
               /objects/node 0    2 MiB  0x00000000042c0000 0x0000000040000000 0x0000000040000000
            """;

    /** As newer versions print it. */
    private static final String BLOCKS_WITH_ADDRESSES = """
              Block Name    PSize              Offset               Used              Total                HVA  RO
                  pc.ram    4 KiB  0x0000000000000000 0x0000000008000000 0x0000000008000000 0x00007f0123600000  rw
            """;

    @Test
    void blocksAreReadWithTheirLengthInUse() {
        assertThat(RamBlock.parse(BLOCKS))
                .containsExactly(
                        new RamBlock("ram", 64 << 20),
                        new RamBlock("/rom@etc/acpi/tables", 128 << 10),
                        new RamBlock("0000:00:02.0/vga.vram", 16 << 20),
                        new RamBlock("/objects/node 0", 1 << 30));
        assertThat(RamBlock.parse(BLOCKS_WITH_ADDRESSES)).containsExactly(new RamBlock("pc.ram", 128 << 20));
        assertThat(RamBlock.parse("")).isEmpty();
    }

    @Test
    void aBackendIsFoundByItsNameInAllItsForms() {
        MemoryBackend backend = new MemoryBackend("ram", "memory-backend-file", true, 4096);
        for (String name : List.of("ram", "/objects/ram", "0000:00:04.0/ram")) {
            assertThat(backend.isOf(new RamBlock(name, 4096))).isTrue();
        }
        for (String name : List.of("ram0", "pc.ram", "vga.ram")) {
            assertThat(backend.isOf(new RamBlock(name, 4096))).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "running, RUNNING",
        "paused, PAUSED",
        "prelaunch, PAUSED",
        "postmigrate, PAUSED",
        "finish-migrate, PAUSED",
        "inmigrate, INCOMING"
    })
    void runStatesAreTranslated(String runState, GuestState state) {
        assertThat(RunStates.guestState(runState)).isEqualTo(state);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"io-error", "internal-error", "guest-panicked", "shutdown", "suspended", "watchdog", "newer"})
    void otherRunStatesAreRefusedWithWhatToDo(String runState) {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> RunStates.guestState(runState))
                .withMessageContaining("'" + runState + "': ");
    }

    @Test
    void versionsAreCompared() {
        assertThat(new QemuVersion(8, 1).isAtLeast(8, 1)).isTrue();
        assertThat(new QemuVersion(10, 0).isAtLeast(8, 1)).isTrue();
        assertThat(new QemuVersion(8, 0).isAtLeast(8, 1)).isFalse();
        assertThat(new QemuVersion(7, 2)).hasToString("7.2");
    }
}
