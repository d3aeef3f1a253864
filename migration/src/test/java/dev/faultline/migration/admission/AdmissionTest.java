package dev.faultline.migration.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.memory.HugePages;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionTest {
    private static final long MIB = 1 << 20;

    private final List<Memfd> files = new ArrayList<>();

    @AfterEach
    void close() {
        files.forEach(Memfd::close);
        files.clear();
    }

    /** A file that nobody has mapped reserves nothing, and takes no memory. */
    private GuestRegion region(String name, long mebibytes, PageSize size) {
        Memfd file = Memfd.create(name, mebibytes * MIB, size);
        files.add(file);
        return new GuestRegion(files.size() - 1, name, files.size() * (1L << 40), file);
    }

    private static HostMemory host(long availableMebibytes, long cgroupMebibytes, HugePages pool) {
        return new HostMemory(availableMebibytes * MIB, cgroupMebibytes * MIB, Map.of(PageSize.SIZE_2M, pool));
    }

    private static final HugePages EMPTY = new HugePages(0, 0, 0);

    private static void refuses(HostMemory host, boolean overcommit, String message, GuestRegion... regions) {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> Admission.check(List.of(regions), _ -> false, host, overcommit))
                .withMessage(message);
    }

    private static void takes(HostMemory host, boolean overcommit, GuestRegion... regions) {
        assertThatCode(() -> Admission.check(List.of(regions), _ -> false, host, overcommit))
                .doesNotThrowAnyException();
    }

    @Test
    void allRegionsTogetherMustFit() {
        GuestRegion low = region("low", 60, PageSize.SIZE_4K);
        GuestRegion high = region("high", 50, PageSize.SIZE_4K);
        takes(host(110, 1000, EMPTY), false, low, high);
        refuses(
                host(109, 1000, EMPTY),
                false,
                "There is not enough memory for this guest: 'high' needs 50 MiB and the destination has 49 MiB: free"
                        + " some, or 'receive --overcommit' takes it all the same",
                low,
                high);
        takes(host(109, 1000, EMPTY), true, low, high);
    }

    @Test
    void theControlGroupMustHaveRoom() {
        refuses(
                host(1000, 10, EMPTY),
                false,
                "There is not enough memory for this guest in its engine's control group: 'ram' needs 64 MiB and the"
                        + " destination has 10 MiB: raise memory.max, or 'receive --overcommit' takes it all the same",
                region("ram", 64, PageSize.SIZE_4K));
    }

    /** Who overcommits gets no more huge pages by it. What others were promised is not free. */
    @Test
    void hugePagesMustBeThere() {
        GuestRegion low = region("low", 8, PageSize.SIZE_2M);
        GuestRegion high = region("high", 8, PageSize.SIZE_2M);
        takes(host(0, 0, new HugePages(12, 10, 2)), false, low, high);
        refuses(
                host(0, 0, new HugePages(12, 10, 3)),
                true,
                "There are not enough huge pages for this guest: 'high' needs 4 of 2 MiB and the destination has 3: run"
                        + " 'sysctl vm.nr_hugepages=13' there",
                low,
                high);
    }

    @Test
    void hugePagesThatAreReservedAreThere() {
        GuestRegion ram = region("ram", 8, PageSize.SIZE_2M);
        assertThatCode(() -> Admission.check(List.of(ram), _ -> true, host(0, 0, EMPTY), false))
                .doesNotThrowAnyException();
    }

    /** What the file holds is given back before the guest comes. */
    @Test
    void whatTheFileHoldsCountsAsHad() {
        GuestRegion ram = region("ram", 64, PageSize.SIZE_4K);
        try (var alias = ram.file().mapAlias()) {
            alias.segment().asSlice(0, 16 * MIB).fill((byte) 1);
        }
        takes(host(48, 1000, EMPTY), false, ram);
    }

    @Test
    void theFileSystemMustHaveRoomForAllThatIsInIt(@TempDir Path mount) throws Exception {
        assumeTrue(Processes.isRoot(), "only root may mount");
        run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mount.toString());
        try {
            GuestRegion low = regionIn(mount.resolve("low"), 3);
            GuestRegion high = regionIn(mount.resolve("high"), 2);
            takes(host(1000, 1000, EMPTY), false, low);
            refuses(
                    host(1000, 1000, EMPTY),
                    true,
                    "There is not enough room for this guest in the file system of its memory: 'high' needs 2 MiB and"
                            + " the destination has 1 MiB: free some, or run 'mount -o remount,size=...' there",
                    low,
                    high);
        } finally {
            close();
            run("umount", mount.toString());
        }
    }

    private GuestRegion regionIn(Path path, long mebibytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(mebibytes * MIB);
        }
        Memfd file = Memfd.adopt(Fd.open(path.toString(), true), mebibytes * MIB);
        files.add(file);
        return new GuestRegion(files.size() - 1, path.getFileName().toString(), files.size() * (1L << 40), file);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
