package dev.faultline.uffd.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.faultline.testing.HugePageReservation;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A pool that is too small: found out when a guest is mapped, not when it faults. */
@RequiresHugePages(4)
class HugePagePoolTest {
    private static final long PAGE = PageSize.SIZE_2M.bytes();
    /** More than another test run on this machine may add meanwhile. */
    private static final int LACKING = 64;

    private static final Pattern REMEDY = Pattern.compile(
            "It needs (\\d+) free huge pages of 2 MiB and there are (\\d+): run 'sysctl vm.nr_hugepages=(\\d+)'");

    @Test
    void theRemedyIsEnoughAndNoMore() throws IOException {
        long free = HugePages.read().unreserved();
        try (Memfd file = Memfd.create("too big", (free + LACKING) * PAGE, PageSize.SIZE_2M)) {
            Remedy remedy = mapGuestFails(file);
            assertThat(remedy.needed()).isEqualTo(free + LACKING);
            long lacking = remedy.total() - HugePages.read().total();
            assertThat(lacking).isEqualTo(remedy.needed() - remedy.free());
            try (HugePageReservation _ = HugePageReservation.add((int) lacking - 1)) {
                mapGuestFails(file);
            }
            try (HugePageReservation _ = HugePageReservation.add((int) lacking);
                    GuestMapping guest = file.mapGuest()) {
                assertThat(guest.lengthBytes()).isEqualTo(file.lengthBytes());
            }
        }
    }

    @Test
    void pagesThatTheFileHoldsAreNotNeededAgain() {
        long free = HugePages.read().unreserved();
        try (Memfd file = Memfd.create("half there", (free + LACKING) * PAGE, PageSize.SIZE_2M);
                AliasMapping alias = file.mapAlias()) {
            alias.segment().asSlice(0, 2 * PAGE).fill((byte) 1);
            assertThat(file.allocatedBytes()).isEqualTo(2 * PAGE);
            Remedy remedy = mapGuestFails(file);
            assertThat(remedy.needed()).isEqualTo(free + LACKING - 2);
        }
    }

    @Test
    void aMappedGuestHasItsPagesPromised() {
        long free = HugePages.read().unreserved();
        try (Memfd file = Memfd.create("two", 2 * PAGE, PageSize.SIZE_2M);
                GuestMapping _ = file.mapGuest()) {
            assertThat(HugePages.read().unreserved()).isEqualTo(free - 2);
            assertThat(file.allocatedBytes()).isZero();
        }
        assertThat(HugePages.read().unreserved()).isEqualTo(free);
    }

    private record Remedy(long needed, long free, long total) {}

    private static Remedy mapGuestFails(Memfd file) {
        LinuxException e =
                catchThrowableOfType(LinuxException.class, () -> file.mapGuest().close());
        assertThat(e).hasMessageContaining("mmap(memory file of").hasMessageContaining("ENOMEM");
        Matcher matcher = REMEDY.matcher(String.valueOf(e.getMessage()));
        assertThat(matcher.find()).as(e.getMessage()).isTrue();
        return new Remedy(
                Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3)));
    }
}
