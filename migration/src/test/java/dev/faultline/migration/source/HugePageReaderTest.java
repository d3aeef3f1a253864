package dev.faultline.migration.source;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.testing.RequiresHugePages;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of huge pages: which are copied before they are sent, and which are not made by being looked at. */
@RequiresHugePages(3)
class HugePageReaderTest {
    private static final int PAGES = 3;
    private static final int PAGE = 2 << 20;
    private static final byte BEFORE = 1;
    private static final byte AFTER = 2;

    private Memfd file;
    private AliasMapping alias;
    private PageReader reader;

    @BeforeEach
    void make() {
        file = Memfd.create("reader", (long) PAGES * PAGE, PageSize.SIZE_2M);
        alias = file.mapAlias();
        reader = new PageReader(new GuestRegion(0, "ram", 0, file), alias);
    }

    @AfterEach
    void close() {
        reader.close();
        alias.close();
        file.close();
    }

    private void put(int page, int offset, byte content) {
        alias.segment().set(JAVA_BYTE, (long) page * PAGE + offset, content);
    }

    /** Reads all pages; each is written once more at its beginning before what was read of it is looked at. */
    private List<String> read(boolean maySeeWrites) throws IOException {
        List<String> pieces = new ArrayList<>();
        reader.read(0, PAGES, new PageReader.Pieces() {
            @Override
            public void content(int page, int count, ByteBuffer bytes) {
                assertThat(bytes.remaining()).isEqualTo(PAGE);
                put(page, 0, AFTER);
                pieces.add(page + "+" + count + "=" + bytes.get(bytes.position())
                        + (reader.isPrivate() ? " copied" : " in place"));
            }

            @Override
            public void zeros(int page, int count) {
                pieces.add(page + "+" + count + "=zero");
            }

            @Override
            public boolean maySeeWrites() {
                return maySeeWrites;
            }
        });
        return pieces;
    }

    @Test
    void contentIsCopiedForWhoLooksAtIt() throws IOException {
        put(1, 0, BEFORE);
        assertThat(read(false)).containsExactly("0+1=zero", "1+1=1 copied", "2+1=zero");
    }

    @Test
    void contentIsNotCopiedForWhoOnlySendsIt() throws IOException {
        put(1, 0, BEFORE);
        assertThat(read(true)).containsExactly("0+1=zero", "1+1=2 in place", "2+1=zero");
    }

    @Test
    void aPageThatBeginsWithZerosIsLookedAtWhole() throws IOException {
        put(2, PAGE - 1, BEFORE);
        assertThat(read(true)).containsExactly("0+1=zero", "1+1=zero", "2+1=0 copied");
    }

    @Test
    void holesStayHoles() throws IOException {
        put(1, 0, BEFORE);
        read(true);
        assertThat(file.allocatedBytes()).isEqualTo(PAGE);
    }
}
