package dev.faultline.uffd.remote;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class RegisterLayoutTest {
    private final X86Registers x86 = new X86Registers();
    private final Aarch64Registers aarch64 = new Aarch64Registers();
    private final MemorySegment registers = MemorySegment.ofArray(new long[34]);

    @Test
    void aCallOfX86HasItsNumberAndArgumentsInTheirRegisters() {
        x86.prepareCall(registers, 77, 9, 1, 2, 3, 4, 5, 6);
        assertThat(registers.get(JAVA_LONG, X86Registers.RIP)).isEqualTo(77);
        assertThat(registers.get(JAVA_LONG, X86Registers.RAX)).isEqualTo(9);
        assertThat(registers.get(JAVA_LONG, X86Registers.ORIG_RAX)).isEqualTo(-1);
        assertThat(registers.get(JAVA_LONG, X86Registers.RDI)).isEqualTo(1);
        assertThat(registers.get(JAVA_LONG, X86Registers.RSI)).isEqualTo(2);
        assertThat(registers.get(JAVA_LONG, X86Registers.RDX)).isEqualTo(3);
        assertThat(registers.get(JAVA_LONG, X86Registers.R10)).isEqualTo(4);
        assertThat(registers.get(JAVA_LONG, X86Registers.R8)).isEqualTo(5);
        assertThat(registers.get(JAVA_LONG, X86Registers.R9)).isEqualTo(6);
    }

    @Test
    void aCallOfAarch64HasItsNumberAndArgumentsInTheirRegisters() {
        aarch64.prepareCall(registers, 77, 222, 1, 2, 3, 4, 5, 6);
        assertThat(registers.get(JAVA_LONG, Aarch64Registers.PC)).isEqualTo(77);
        assertThat(registers.get(JAVA_LONG, Aarch64Registers.X8)).isEqualTo(222);
        assertThat(registers.asSlice(0, 6 * Long.BYTES).toArray(JAVA_LONG)).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(aarch64.result(registers)).isEqualTo(1);
    }
}
