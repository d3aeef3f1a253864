package dev.faultline.guest.qemu.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of memory that QEMU allocated: guest RAM, and also ROMs and a display's. Source: ram_block_format,
 * softmmu/physmem.c, QEMU 7.2.
 *
 * @param name its name in migration streams
 * @param usedBytes how long it is now
 */
public record RamBlock(String name, long usedBytes) {
    private static final Pattern LINE =
            Pattern.compile("\\s*(\\S.*?)\\s+\\d+ [KMG]iB\\s+0x[0-9a-f]+\\s+0x([0-9a-f]+)\\s+0x[0-9a-f]+(?:\\s.*)?");

    /**
     * {@return the blocks that {@code info ramblock} prints}
     *
     * @throws dev.faultline.migration.guest.GuestException if a length is impossible
     */
    static List<RamBlock> parse(String text) {
        List<RamBlock> blocks = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher block = LINE.matcher(line);
            if (block.matches()) {
                blocks.add(new RamBlock(block.group(1), QemuNumber.length(block.group(2))));
            }
        }
        return List.copyOf(blocks);
    }
}
