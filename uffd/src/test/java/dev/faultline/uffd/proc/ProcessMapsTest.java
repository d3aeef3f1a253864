package dev.faultline.uffd.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessMapsTest {
    /** Of a QEMU 7.2 with two memfds, on Linux 6.18. */
    private static final String MAPS = """
            561946d54000-5619472eb000 r-xp 00407000 fe:00 2170889                    /usr/bin/qemu-system-x86_64
            56196c32d000-56196d395000 rw-p 00000000 00:00 0                          [heap]
            7f5c77ffe000-7f5c79ffe000 rw-s 00000000 00:01 176605                     /memfd:memory-backend-memfd (deleted)
            7f5c79ffe000-7f5c79fff000 ---p 00000000 00:00 0\s
            7faea7fff000-7faeabfff000 rw-s 00200000 00:1b 310                        /dev/shm/my ram (1)
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
            """;

    /** Of the same, shortened, with the flags of a destination's registration in one half. */
    private static final String SMAPS = """
            7f5c77ffe000-7f5c78ffe000 rw-s 00000000 00:01 176605                     /memfd:memory-backend-memfd (deleted)
            Size:              16384 kB
            KernelPageSize:        4 kB
            THPeligible:           0
            VmFlags: rd wr sh mr mw me ms um ui dc hg\s
            7f5c78ffe000-7f5c79ffe000 rw-s 01000000 00:01 176605                     /memfd:memory-backend-memfd (deleted)
            Size:              16384 kB
            VmFlags: rd wr sh mr mw me ms dc hg\s
            7f5c79ffe000-7f5c7bffe000 rw-s 00000000 00:01 176604                     /memfd:memory-backend-memfd (deleted)
            Size:              32768 kB
            VmFlags: rd wr sh mr mw me ms uw dc hg\s
            """;

    @Test
    void linesOfMapsAreUnderstood() {
        List<MemoryMapping> maps = ProcessMaps.parse(MAPS.lines().toList());
        assertThat(maps).hasSize(6);
        MemoryMapping memfd = maps.get(2);
        assertThat(memfd.start()).isEqualTo(0x7f5c77ffe000L);
        assertThat(memfd.lengthBytes()).isEqualTo(32 << 20);
        assertThat(memfd.name()).isEqualTo("/memfd:memory-backend-memfd");
        assertThat(memfd.inode()).isEqualTo(176605);
        assertThat(memfd.isShared()).isTrue();
        assertThat(memfd.isWritable()).isTrue();
        assertThat(memfd.isRegistered()).isFalse();
        MemoryMapping named = maps.get(4);
        assertThat(named.name()).isEqualTo("/dev/shm/my ram (1)");
        assertThat(named.offset()).isEqualTo(2 << 20);
        assertThat(named.device()).isEqualTo("00:1b");
        assertThat(maps.get(0).isShared()).isFalse();
        assertThat(maps.get(0).isWritable()).isFalse();
        assertThat(maps.get(1).hasFile()).isFalse();
        assertThat(maps.get(3).path()).isEmpty();
        MemoryMapping last = maps.get(5);
        assertThat(last.lengthBytes()).isEqualTo(4096);
        assertThat(last.contains(0xffffffffff600fffL)).isTrue();
        assertThat(last.contains(0xffffffffff601000L)).isFalse();
    }

    @Test
    void flagsTellWhatAUserfaultfdHas() {
        List<MemoryMapping> maps = ProcessMaps.parse(SMAPS.lines().toList());
        assertThat(maps).extracting(MemoryMapping::isRegistered).containsExactly(true, false, true);
        assertThat(maps.get(0).flags()).contains(MemoryMapping.MISSING, MemoryMapping.MINOR);
        assertThat(maps.get(2).flags()).contains(MemoryMapping.WRITE_PROTECT);
    }

    @Test
    void partsOfOneFileAreJoinedAndKeepTheirFlags() {
        List<MemoryMapping> merged =
                ProcessMaps.merge(ProcessMaps.parse(SMAPS.lines().toList()));
        assertThat(merged).extracting(MemoryMapping::inode).containsExactly(176605L, 176604L);
        assertThat(merged.get(0).lengthBytes()).isEqualTo(32 << 20);
        assertThat(merged.get(0).isRegistered()).isTrue();
        assertThat(ProcessMaps.merge(ProcessMaps.parse(MAPS.lines().toList()))).hasSize(6);
    }

    @Test
    void aGapInTheFileIsNotJoined() {
        String swapped = SMAPS.replace("rw-s 01000000 00:01 176605", "rw-s 02000000 00:01 176605");
        assertThat(ProcessMaps.merge(ProcessMaps.parse(swapped.lines().toList())))
                .hasSize(3);
    }

    @Test
    void aProcessThatIsNotThereIsEsrch() {
        assertThatThrownBy(() -> ProcessMaps.read(999_999_999))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));
    }

    @Test
    void devicesAreWrittenAsTheKernelWritesThem() {
        assertThat(MappedFiles.text(0x1b)).isEqualTo("00:1b");
        assertThat(MappedFiles.text(0xfe00)).isEqualTo("fe:00");
        assertThat(MappedFiles.text(0x1000_01f0_3405L)).isEqualTo("1034:1f05");
    }

    @Test
    void statusTellsWhatIsPinnedAndWhenItBegan() {
        assertThat(ProcessStatus.pinnedBytes(List.of("VmLck:\t   0 kB", "VmPin:\t      12 kB")))
                .isEqualTo(12 * 1024);
        assertThat(ProcessStatus.pinnedBytes(List.of("Name:\tkthreadd"))).isZero();
        String stat =
                "25434 (qemu) x (86) S 25392 25387 3906 0 -1 138412416 5888 0 17 0 6 5 0 0 20 0 5 0 2296097 1516998656";
        assertThat(ProcessStatus.fields(stat)[19]).isEqualTo("2296097");
        // A process may choose a name with an end of line in it.
        assertThat(ProcessStatus.fields(stat.replace("(qemu) x", "(qemu)\nx"))[19])
                .isEqualTo("2296097");
        assertThat(ProcessStatus.startTimeTicks(ProcessHandle.current().pid())).isPositive();
        assertThat(ProcessStatus.isAlive(ProcessHandle.current().pid())).isTrue();
        assertThat(ProcessStatus.isAlive(999_999_999)).isFalse();
        assertThat(ProcessStatus.isOfKernel(2)).isTrue();
    }

    @Test
    void fdinfoTellsTheFeatures() {
        List<String> fdinfo = List.of("pos:\t0", "pending:\t0", "total:\t0", "API:\taa:8000be30:80000000000001ff");
        assertThat(OpenUffd.features(fdinfo)).isEqualTo(0xbe30);
        assertThat(OpenUffd.features(List.of("pos:\t0"))).isZero();
    }
}
