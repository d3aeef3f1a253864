package dev.faultline.uffd.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.OpenFiles;
import dev.faultline.uffd.os.Fd;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryFileTest {

    @Nested
    class BasePages extends MemoryFileCases {
        BasePages() {
            super(PageSize.SIZE_4K);
        }

        @Test
        void dataAndHolesAlternate() {
            write(1, (byte) 1);
            write(2, (byte) 2);
            assertThat(file.nextData(0)).isEqualTo(4096);
            assertThat(file.nextData(4096 + 5)).isEqualTo(4096 + 5);
            assertThat(file.nextHole(4096)).isEqualTo(3 * 4096);
            assertThat(file.nextHole(0)).isZero();
        }

        @Test
        void afterTheLastDataComesTheEnd() {
            write(1, (byte) 1);
            assertThat(file.nextData(2 * 4096)).isEqualTo(file.lengthBytes());
            assertThat(file.nextData(file.lengthBytes())).isEqualTo(file.lengthBytes());
            write(3, (byte) 1);
            assertThat(file.nextHole(3 * 4096)).isEqualTo(file.lengthBytes());
            assertThat(file.nextHole(file.lengthBytes())).isEqualTo(file.lengthBytes());
        }

        /** QEMU's file of a region may be longer than the region. */
        @Test
        void nothingBehindTheLengthThatWasAskedForIsFound() {
            write(3, (byte) 1);
            try (Memfd half = Memfd.adopt(file.fd().duplicate(), 2 * 4096, PageSize.SIZE_4K)) {
                assertThat(half.nextData(0)).isEqualTo(2 * 4096);
            }
            file.punchHole(3 * 4096, 4096);
            write(0, (byte) 1);
            write(1, (byte) 1);
            write(2, (byte) 1);
            try (Memfd half = Memfd.adopt(file.fd().duplicate(), 2 * 4096, PageSize.SIZE_4K)) {
                assertThat(half.nextHole(0)).isEqualTo(2 * 4096);
            }
        }

        @Test
        void anArrayOfJavaIsNoPlaceToReadTo() {
            MemorySegment heap = MemorySegment.ofArray(new byte[16]);
            assertThatThrownBy(() -> file.read(0, heap))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("native");
        }

        @Test
        void pagesOfAnotherSizeThanItsPeerSaysAreRefused() {
            try (Memfd big = Memfd.create("big", 2 << 21, PageSize.SIZE_4K)) {
                assertThatThrownBy(() -> Memfd.adopt(big.fd().duplicate(), big.lengthBytes(), PageSize.SIZE_2M))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("pages of 4096 bytes");
            }
        }
    }

    @Nested
    @RequiresHugePages(2 * MemoryFileCases.PAGES)
    class HugePages extends MemoryFileCases {
        HugePages() {
            super(PageSize.SIZE_2M);
        }

        /** What {@link MemoryFile#nextData} says of hugetlbfs. */
        @Test
        void theKernelCallsAllOfItData() {
            assertThat(file.nextData(0)).isZero();
            assertThat(file.nextHole(0)).isEqualTo(file.lengthBytes());
        }

        @Test
        void pagesOfAnotherSizeThanItsPeerSaysAreRefused() {
            assertThatThrownBy(() -> Memfd.adopt(file.fd().duplicate(), file.lengthBytes(), PageSize.SIZE_4K))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("pages of 2097152 bytes");
        }
    }

    @Test
    void aLengthOfNoWholeNumberOfPagesIsRefusedAndLeaksNothing() {
        long leaked = OpenFiles.leakedBy(() -> assertThatThrownBy(() -> Memfd.create("odd", 4097, PageSize.SIZE_4K))
                .isInstanceOf(IllegalArgumentException.class));
        assertThat(leaked).isZero();
    }

    @Test
    void aFileThatIsRefusedIsClosed() {
        long leaked = OpenFiles.leakedBy(() -> assertThatThrownBy(
                        () -> Memfd.adopt(Fd.open("/dev/zero", true), 4096, PageSize.SIZE_4K))
                .isInstanceOf(IllegalArgumentException.class));
        assertThat(leaked).isZero();
    }

    @Test
    void pageSizesAreKnownByTheirBytes() {
        assertThat(PageSize.ofBytes(4096)).isEqualTo(PageSize.SIZE_4K);
        assertThat(PageSize.ofBytes(2 << 20)).isEqualTo(PageSize.SIZE_2M);
        assertThat(PageSize.ofBytes(1 << 30)).isEqualTo(PageSize.SIZE_1G);
        assertThatThrownBy(() -> PageSize.ofBytes(8192)).isInstanceOf(IllegalArgumentException.class);
    }
}
