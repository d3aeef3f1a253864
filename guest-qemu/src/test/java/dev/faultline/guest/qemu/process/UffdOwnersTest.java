package dev.faultline.guest.qemu.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.proc.MemoryMapping;
import dev.faultline.uffd.proc.ProcessMaps;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On memory and userfaultfds of this process. */
@RequiresUffd
class UffdOwnersTest {
    private static final long BYTES = 64 * PageSize.SIZE_4K.bytes();
    private static final Set<RegisterMode> ARRIVING = EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR);
    private static final Set<RegisterMode> TRACKED = EnumSet.of(RegisterMode.WRITE_PROTECT);

    private final List<Memfd> files = new ArrayList<>();
    private final List<GuestMapping> mappings = new ArrayList<>();
    private final List<GuestRegion> regions = new ArrayList<>();
    private final List<LinuxUffd> uffds = new ArrayList<>();

    UffdOwnersTest() {
        for (int i = 0; i < 3; i++) {
            Memfd file = Memfd.create("region", BYTES, PageSize.SIZE_4K);
            files.add(file);
            mappings.add(file.mapGuest());
            regions.add(new GuestRegion(i, "region", mappings.get(i).address(), file));
        }
        uffds.add(LinuxUffd.open(EngineUffds.FEATURES));
        uffds.add(LinuxUffd.open(EngineUffds.FEATURES));
    }

    @AfterEach
    void close() {
        uffds.forEach(LinuxUffd::close);
        mappings.forEach(GuestMapping::close);
        files.forEach(Memfd::close);
    }

    private List<MemoryMapping> guestMemory() {
        return ProcessMaps.readWithFlags(ProcessHandle.current().pid()).stream()
                .filter(mapping -> regions.stream()
                        .anyMatch(region -> mapping.start() >= region.guestAddress()
                                && mapping.start() < region.guestAddress() + BYTES))
                .toList();
    }

    private static boolean isLarge(GuestRegion region) {
        return region.id() > 0;
    }

    private List<LinuxUffd> owners() {
        return new UffdOwners(uffds, guestMemory()).of(regions, UffdOwnersTest::isLarge);
    }

    @Test
    void whatIsNotRegisteredIsDividedAmongTheLargeRegions() {
        assertThat(owners()).containsExactly(uffds.get(0), uffds.get(0), uffds.get(1));
    }

    /** Also against the order in which they would have been given, and of a part that is all there is. */
    @Test
    void whatIsRegisteredStaysWithItsOwner() {
        long half = BYTES / 2;
        uffds.get(1).register(regions.get(0).guestAddress(), BYTES, ARRIVING);
        uffds.get(1).register(regions.get(1).guestAddress() + half, half, TRACKED);
        uffds.get(0).register(regions.get(2).guestAddress(), BYTES, ARRIVING);
        List<MemoryMapping> before = guestMemory();
        assertThat(owners()).containsExactly(uffds.get(1), uffds.get(1), uffds.get(0));
        assertThat(guestMemory()).isEqualTo(before); // and nothing is registered that was not
    }

    @Test
    void oneIsTakenForAllRegions() {
        List<LinuxUffd> one = uffds.subList(1, 2);
        uffds.get(1).register(regions.get(2).guestAddress(), BYTES, ARRIVING);
        assertThat(new UffdOwners(one, guestMemory()).of(regions, UffdOwnersTest::isLarge))
                .containsOnly(uffds.get(1));
    }
}
