package dev.faultline.examples;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.util.EnumSet;

/**
 * Two mappings of one memory file. The alias has content already; the first touch of each page through the guest mapping
 * is a minor fault, which the handler answers after it has changed the content.
 */
final class MinorFaults {
    private static final int PAGES = 8;

    private MinorFaults() {}

    public static void main(String[] arguments) {
        PageSize size = PageSize.SIZE_4K;
        try (Memfd file = Memfd.create("example", PAGES * size.bytes(), size);
                GuestMapping guest = file.mapGuest();
                AliasMapping alias = file.mapAlias();
                LinuxUffd uffd = LinuxUffd.open(EnumSet.of(UffdFeature.MINOR_SHMEM, UffdFeature.MISSING_SHMEM))) {
            alias.segment().fill((byte) 'o'); // old content: the file holds all pages, the guest mapping maps none
            uffd.register(guest.address(), guest.lengthBytes(), EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR));
            try (FaultHandler _ = new FaultHandler(
                    uffd,
                    guest.address(),
                    file,
                    (page, content) -> content.fill((byte) 'n'),
                    page -> System.out.println("fault on page " + page))) {
                for (int page = PAGES - 1; page >= 0; page--) {
                    // touch() reads in native state: a Java thread that waited here in Java code could not reach a
                    // safepoint, and the handler may need one to answer.
                    System.out.println("the guest reads " + (char) guest.touch(page * size.bytes()));
                }
                System.out.println(
                        "the alias reads " + (char) alias.segment().get(JAVA_BYTE, 0) + ", it is the same memory");
                uffd.unregister(guest.address(), guest.lengthBytes());
            }
        }
    }
}
