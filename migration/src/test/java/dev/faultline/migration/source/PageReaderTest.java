package dev.faultline.migration.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PageReaderTest {
    private static final int PAGES = 300;
    private static final int PAGE = 4096;

    private final MemoryFile file = Memfd.create("reader", (long) PAGES * PAGE, PageSize.SIZE_4K);
    private final AliasMapping alias = file.mapAlias();
    private final PageReader reader = new PageReader(new GuestRegion(0, "ram", 0, file), alias);

    @AfterEach
    void close() {
        reader.close();
        alias.close();
        file.close();
    }

    private void fill(int first, int count, int content) {
        alias.segment().asSlice((long) first * PAGE, (long) count * PAGE).fill((byte) content);
    }

    private List<String> read(int first, int count) throws IOException {
        List<String> pieces = new ArrayList<>();
        reader.read(first, count, new PageReader.Pieces() {
            @Override
            public void content(int piece, int pages, ByteBuffer bytes) {
                assertThat(bytes.remaining()).isEqualTo(pages * PAGE);
                pieces.add(piece + "+" + pages + "=" + bytes.get(bytes.position()));
            }

            @Override
            public void zeros(int piece, int pages) {
                pieces.add(piece + "+" + pages + "=zero");
            }
        });
        return pieces;
    }

    @Test
    void holesStayHoles() throws IOException {
        fill(10, 1, 1);
        assertThat(read(0, PAGES)).containsExactly("0+10=zero", "10+1=1", "11+289=zero");
        assertThat(file.allocatedBytes()).isEqualTo(PAGE);
    }

    @Test
    void pagesOfZerosAreFoundAmongContent() throws IOException {
        fill(0, 8, 1);
        fill(3, 2, 0);
        assertThat(read(0, 10)).containsExactly("0+3=1", "3+2=zero", "5+3=1", "8+2=zero");
    }

    @Test
    void oneByteAtTheEndOfAPageIsContent() throws IOException {
        fill(0, 1, 0);
        alias.segment().set(java.lang.foreign.ValueLayout.JAVA_BYTE, PAGE - 1, (byte) 1);
        assertThat(read(0, 1)).containsExactly("0+1=0");
    }

    @Test
    void contentIsCutWhereFramesAre() throws IOException {
        fill(60, 140, 1);
        assertThat(read(60, 140)).containsExactly("60+4=1", "64+64=1", "128+64=1", "192+8=1");
    }

    @Test
    void onlyWhatWasAskedForIsRead() throws IOException {
        fill(0, 20, 1);
        assertThat(read(5, 3)).containsExactly("5+3=1");
        assertThat(read(PAGES - 1, 1)).containsExactly((PAGES - 1) + "+1=zero");
    }

    @Test
    void aRegionThatIsTooLongIsSaid() {
        try (MemoryFile big = Memfd.create("big", (1L << 42) + PAGE, PageSize.SIZE_4K)) {
            Assertions.assertThatThrownBy(() -> new GuestRegion(0, "ram", 0, big).pageCount())
                    .isInstanceOf(GuestException.class)
                    .hasMessage(
                            "Memory region 'ram' of 4398046515200 bytes is too long: a region has at most 1073741824"
                                    + " pages");
        }
    }
}
