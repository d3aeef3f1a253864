package dev.faultline.guest.qemu;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.memory.AliasMapping;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/**
 * A guest without a system: a boot sector that fills 512 KiB with a number, then with the next one, and so on. So its
 * memory always holds one number up to some place, and the number before from there on; a page that is not its latest
 * shows at once.
 */
final class BootProgram {
    private static final String CODE = "fa" // cli
            + "31c0" // xor ax, ax
            + "8ed8" // mov ds, ax
            + "6631c0" // xor eax, eax
            + "66a3007e" // mov [0x7e00], eax
            + "66ff06007e" // again: inc dword [0x7e00]
            + "66a1007e" // mov eax, [0x7e00]
            + "bb0010" // mov bx, 0x1000
            + "8ec3" // segment: mov es, bx
            + "31ff" // xor di, di
            + "b90040" // mov cx, 0x4000
            + "f366ab" // rep stosd
            + "81c30010" // add bx, 0x1000
            + "81fb0090" // cmp bx, 0x9000
            + "72ec" // jb segment
            + "ebde"; // jmp again

    private static final int SECTOR_BYTES = 512;
    private static final int COUNTER = 0x7e00;
    private static final int FIRST = 0x10000;
    private static final int END = 0x90000;

    private BootProgram() {}

    /** Returns the arguments of a QEMU that boots it from a disk of its own. */
    static List<String> disk(Path folder, String options) {
        byte[] image = new byte[1 << 20];
        byte[] code = HexFormat.of().parseHex(CODE);
        System.arraycopy(code, 0, image, 0, code.length);
        image[SECTOR_BYTES - 2] = 0x55;
        image[SECTOR_BYTES - 1] = (byte) 0xaa;
        try {
            Files.createDirectories(folder);
            Path file = Files.write(folder.resolve("disk"), image);
            return List.of("-drive", "if=ide,format=raw,file=" + file + options);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** How often it has filled its memory. */
    static int counter(GuestRegion region) {
        try (AliasMapping alias = region.file().mapAlias()) {
            return alias.segment().get(JAVA_INT_UNALIGNED, COUNTER);
        }
    }

    /** Checks all of its memory; it must not run meanwhile. Returns the counter. */
    static int verify(GuestRegion region) {
        try (AliasMapping alias = region.file().mapAlias()) {
            MemorySegment memory = alias.segment();
            int counter = memory.get(JAVA_INT_UNALIGNED, COUNTER);
            int expected = memory.get(JAVA_INT_UNALIGNED, FIRST);
            assertThat(expected).isBetween(counter - 1, counter);
            for (int place = FIRST; place < END; place += Integer.BYTES) {
                int found = memory.get(JAVA_INT_UNALIGNED, place);
                if (found != expected) {
                    assertThat(found).as("at 0x%x, counter %d", place, counter).isEqualTo(expected - 1);
                    expected = found;
                    assertThat(expected).isEqualTo(counter - 1);
                }
            }
            return counter;
        }
    }
}
