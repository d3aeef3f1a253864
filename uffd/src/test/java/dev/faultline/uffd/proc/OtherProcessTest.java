package dev.faultline.uffd.proc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.KernelFeature;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Pidfd;
import dev.faultline.uffd.os.Poller;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** With this process in the part of the other one: /proc makes no difference. */
class OtherProcessTest {
    private static final long SELF = ProcessHandle.current().pid();
    private static final long LENGTH_BYTES = 1 << 20;

    private static MemoryMapping mappingAt(long address) {
        return ProcessMaps.readWithFlags(SELF).stream()
                .filter(mapping -> mapping.contains(address))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theFileBehindAMappingIsOpenedAlsoWhenItHasNoPath() {
        try (Memfd file = Memfd.create("mapped", LENGTH_BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest()) {
            MemoryMapping mapping = mappingAt(guest.address());
            try (Fd fd = MappedFiles.open(SELF, mapping);
                    Arena arena = Arena.ofConfined()) {
                assertThat(MappedFiles.isFileOf(fd, mapping)).isTrue();
                assertThat(MappedFiles.isFileOf(fd, mappingAt(stack()))).isFalse();
                try (Memfd again = Memfd.adopt(fd.duplicate(), LENGTH_BYTES);
                        AliasMapping alias = again.mapAlias()) {
                    assertThat(again.identity()).isEqualTo(file.identity());
                    assertThat(again.pageSize()).isEqualTo(PageSize.SIZE_4K);
                    alias.segment().set(JAVA_LONG, 4096, 77);
                }
                MemorySegment read = arena.allocate(Long.BYTES);
                file.read(4096, read);
                assertThat(read.get(JAVA_LONG, 0)).isEqualTo(77);
            }
        }
    }

    @Test
    void memoryIsToldFromDevicesAndFilesOfADisk() throws IOException {
        try (Memfd file = Memfd.create("memory", LENGTH_BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest()) {
            assertThat(MappedFiles.memoryPageSize(SELF, mappingAt(guest.address())))
                    .contains(PageSize.SIZE_4K);
        }
        Path disk = Files.write(
                Path.of("target", "disk-" + SELF).toAbsolutePath(), new byte[(int) PageSize.SIZE_4K.bytes()]);
        try (FileChannel channel = FileChannel.open(disk, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, PageSize.SIZE_4K.bytes(), arena);
            assertThat(MappedFiles.memoryPageSize(SELF, mappingAt(mapped.address())))
                    .isEmpty();
        } finally {
            Files.delete(disk);
        }
        // On a file system of memory, and no memory.
        try (Fd device = Fd.open("/dev/null", false)) {
            assertThat(Memfd.pageSizeOf(device)).isEmpty();
        }
    }

    /** A mapping that reserves nothing takes no huge page. */
    @Test
    void hugePagesAreTold() {
        try (Memfd file = Memfd.create("huge", PageSize.SIZE_2M.bytes(), PageSize.SIZE_2M);
                AliasMapping alias = file.mapAlias()) {
            assertThat(MappedFiles.memoryPageSize(
                            SELF, mappingAt(alias.segment().address())))
                    .contains(PageSize.SIZE_2M);
        }
    }

    private static long stack() {
        return ProcessMaps.read(SELF).stream()
                .filter(mapping -> mapping.path().equals("[stack]"))
                .findFirst()
                .orElseThrow()
                .start();
    }

    @Test
    void aMappingThatWasSplitMeanwhileIsOpenedAllTheSame() {
        try (Memfd file = Memfd.create("split", LENGTH_BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest()) {
            MemoryMapping whole = mappingAt(guest.address());
            try (LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.MISSING_SHMEM))) {
                uffd.register(guest.address() + 8192, 4096, EnumSet.of(RegisterMode.MISSING));
                try (Fd fd = MappedFiles.open(SELF, whole)) {
                    assertThat(MappedFiles.isFileOf(fd, whole)).isTrue();
                }
            }
        }
    }

    @Test
    void aMappingThatHasGoneIsEnoent() {
        Memfd file = Memfd.create("gone", LENGTH_BYTES, PageSize.SIZE_4K);
        MemoryMapping mapping;
        try (GuestMapping guest = file.mapGuest()) {
            mapping = mappingAt(guest.address());
        }
        file.close();
        assertThatThrownBy(() -> MappedFiles.open(SELF, mapping))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessageContaining("/memfd:gone");
    }

    @Test
    void aFileThatIsNoMemoryIsNotAdopted() {
        assertThatThrownBy(() -> Memfd.adopt(Fd.open("/proc/self/maps", false), 4096))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no memory");
    }

    @Test
    void whoElseMapsAFileIsFound() throws IOException, InterruptedException {
        // Every dynamically linked process maps libc.
        MemoryMapping libc = ProcessMaps.read(SELF).stream()
                .filter(mapping -> mapping.path().contains("libc.so"))
                .findFirst()
                .orElseThrow();
        Process cat = new ProcessBuilder("cat").start();
        try (Memfd file = Memfd.create("own", LENGTH_BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest()) {
            while (ProcessMaps.read(cat.pid()).stream()
                    .noneMatch(mapping -> mapping.path().contains("libc.so"))) {
                Thread.sleep(10);
            }
            assertThat(Mappers.others(SELF, libc).processIds())
                    .contains(cat.pid())
                    .doesNotContain(SELF);
            assertThat(Mappers.others(SELF, mappingAt(guest.address())).processIds())
                    .isEmpty();
            assertThat(Mappers.others(cat.pid(), mappingAt(guest.address())).processIds())
                    .containsExactly(SELF);
        } finally {
            cat.destroyForcibly();
        }
    }

    @Test
    @RequiresUffd({KernelFeature.WP_ASYNC, KernelFeature.MINOR_SHMEM})
    void aUserfaultfdIsFoundByItsFeatures() {
        Set<UffdFeature> ours = Set.of(UffdFeature.WP_ASYNC, UffdFeature.MINOR_SHMEM, UffdFeature.MISSING_SHMEM);
        try (LinuxUffd uffd = LinuxUffd.open(ours);
                LinuxUffd other = LinuxUffd.open(Set.of(UffdFeature.MINOR_SHMEM))) {
            List<OpenUffd> found = OpenUffd.of(SELF);
            assertThat(found)
                    .filteredOn(open -> open.has(ours))
                    .extracting(OpenUffd::number)
                    .contains(uffd.fd().number())
                    .doesNotContain(other.fd().number());
            assertThat(found)
                    .filteredOn(open -> open.has(Set.of(UffdFeature.MINOR_SHMEM)))
                    .extracting(OpenUffd::number)
                    .contains(other.fd().number());
        }
    }

    @Test
    void aProcessIsEndedByItsDescriptor() throws IOException {
        Process cat = new ProcessBuilder("cat").start();
        try (Pidfd pidfd = Pidfd.open(cat.pid())) {
            pidfd.kill();
            assertThat(Poller.awaitReadable(pidfd.fd(), 20_000_000_000L)).isTrue();
            pidfd.kill(); // it has ended: nothing to do
        } finally {
            cat.destroyForcibly();
        }
    }
}
