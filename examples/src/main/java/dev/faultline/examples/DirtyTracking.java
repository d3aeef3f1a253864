package dev.faultline.examples;

import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.util.EnumSet;

/** Finds out which pages were written since it last asked, without stopping whoever writes. */
final class DirtyTracking {
    private static final int PAGES = 1024;

    private DirtyTracking() {}

    public static void main(String[] arguments) {
        PageSize size = PageSize.SIZE_4K;
        EnumSet<UffdFeature> features =
                EnumSet.of(UffdFeature.WP_ASYNC, UffdFeature.WP_UNPOPULATED, UffdFeature.WP_HUGETLBFS_SHMEM);
        try (Memfd file = Memfd.create("example", PAGES * size.bytes(), size);
                GuestMapping guest = file.mapGuest();
                LinuxUffd uffd = LinuxUffd.open(features);
                LinuxPagemap pagemap = LinuxPagemap.ofSelf()) {
            uffd.register(guest.address(), guest.lengthBytes(), EnumSet.of(RegisterMode.WRITE_PROTECT));
            // Before the first round, or pages that nobody has written yet would count as written.
            uffd.writeProtect(guest.address(), guest.lengthBytes(), true, 0).orThrow("UFFDIO_WRITEPROTECT");

            write(guest, 3, 4, 5, 700);
            report("round 1", pagemap, guest);
            write(guest, 4);
            report("round 2", pagemap, guest);
            report("round 3", pagemap, guest);
            uffd.unregister(guest.address(), guest.lengthBytes());
        }
    }

    private static void write(GuestMapping guest, int... pages) {
        for (int page : pages) {
            guest.store(page * PageSize.SIZE_4K.bytes(), (byte) 1);
        }
    }

    /** Each scan protects again what it found, page by page in one step: a write comes before it or counts next time. */
    private static void report(String round, LinuxPagemap pagemap, GuestMapping guest) {
        StringBuilder line = new StringBuilder(round + ": written pages");
        long pageBytes = PageSize.SIZE_4K.bytes();
        pagemap.takeWritten(guest.address(), guest.lengthBytes(), (address, lengthBytes) -> {
            long first = (address - guest.address()) / pageBytes;
            line.append(' ').append(first);
            if (lengthBytes > pageBytes) {
                line.append('-').append(first + lengthBytes / pageBytes - 1);
            }
        });
        System.out.println(line);
    }
}
