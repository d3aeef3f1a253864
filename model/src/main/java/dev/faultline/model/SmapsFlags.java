package dev.faultline.model;

import dev.faultline.model.memory.Vma;
import java.util.ArrayList;
import java.util.List;

/** VmFlags of smaps, in the order of their bits. Source: fs/proc/task_mmu.c, show_smap_vma_flags, Linux 6.18. */
final class SmapsFlags {
    private SmapsFlags() {}

    static String of(Vma vma) {
        List<String> flags = new ArrayList<>();
        add(flags, "rd", (vma.protection() & Vma.READ) != 0);
        add(flags, "wr", vma.isWritable());
        add(flags, "ex", (vma.protection() & Vma.EXECUTE) != 0);
        add(flags, "sh", vma.isShared());
        add(flags, "mr", true);
        add(flags, "mw", vma.mayWrite());
        add(flags, "me", true);
        add(flags, "ms", vma.isShared());
        add(flags, "um", vma.has(Vma.MISSING));
        add(flags, "gu", vma.isGuarded());
        add(flags, "uw", vma.has(Vma.WRITE_PROTECT));
        add(flags, "dc", vma.isDontFork());
        add(flags, "de", vma.isHuge());
        add(flags, "ac", vma.isAccounted());
        add(flags, "nr", vma.isNoReserve());
        add(flags, "ht", vma.isHuge());
        add(flags, "ui", vma.has(Vma.MINOR));
        return String.join(" ", flags);
    }

    private static void add(List<String> flags, String flag, boolean isSet) {
        if (isSet) {
            flags.add(flag);
        }
    }
}
