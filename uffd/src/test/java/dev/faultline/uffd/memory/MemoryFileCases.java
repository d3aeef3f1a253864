package dev.faultline.uffd.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.NativeThread;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for files of both page sizes. */
abstract class MemoryFileCases {
    static final int PAGES = 4;

    private final PageSize size;
    Memfd file;
    AliasMapping alias;

    MemoryFileCases(PageSize size) {
        this.size = size;
    }

    @BeforeEach
    void create() {
        file = Memfd.create("cases", PAGES * size.bytes(), size);
        alias = file.mapAlias();
    }

    @AfterEach
    void close() {
        alias.close();
        file.close();
    }

    @Test
    void aNewFileTakesNoMemory() {
        assertThat(file.allocatedBytes()).isZero();
        assertThat(file.lengthBytes()).isEqualTo(PAGES * size.bytes());
        assertThat(file.pageSize()).isEqualTo(size);
    }

    @Test
    void aWrittenPageIsTheOnlyOneThatTakesMemory() {
        write(2, (byte) 7);
        assertThat(file.allocatedBytes()).isEqualTo(size.bytes());
    }

    @Test
    void readingAHoleGivesZerosAndLeavesAHole() {
        write(1, (byte) 7);
        assertThat(read(0, PAGES * size.bytes())).contains((byte) 7).contains((byte) 0);
        assertThat(read(2 * size.bytes(), size.bytes())).containsOnly(0);
        assertThat(file.allocatedBytes()).isEqualTo(size.bytes());
    }

    @Test
    void readingGivesTheContentOfItsOffset() {
        write(1, (byte) 1);
        write(2, (byte) 2);
        assertThat(read(2 * size.bytes() - 3, 6)).containsExactly(1, 1, 1, 2, 2, 2);
    }

    @Test
    void readingPastTheEndIsAnError() {
        assertThatThrownBy(() -> read(file.lengthBytes() - 8, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("past the end");
    }

    @Test
    void aPunchedPageIsZerosAndItsMemoryIsBack() {
        write(1, (byte) 1);
        write(2, (byte) 2);
        file.punchHole(size.bytes(), size.bytes());
        assertThat(file.allocatedBytes()).isEqualTo(size.bytes());
        assertThat(read(size.bytes(), size.bytes())).containsOnly(0);
        assertThat(read(2 * size.bytes(), size.bytes())).containsOnly(2);
        assertThat(file.lengthBytes()).isEqualTo(PAGES * size.bytes());
    }

    @Test
    void allMappingsShowTheSameMemory() {
        try (GuestMapping guest = file.mapGuest();
                AliasMapping second = file.mapAlias();
                NativeThread thread = new NativeThread()) {
            assertThat(guest.lengthBytes()).isEqualTo(file.lengthBytes());
            write(3, (byte) 3);
            assertThat(NativeThread.await(thread.load(guest.address() + 3 * size.bytes(), 4)))
                    .containsOnly(3);
            NativeThread.await(thread.store(guest.address() + size.bytes(), (byte) 9));
            assertThat(second.segment().get(JAVA_BYTE, size.bytes())).isEqualTo((byte) 9);
        }
    }

    @Test
    void contentOutlivesItsMappings() {
        write(1, (byte) 5);
        alias.close();
        try (Memfd adopted = Memfd.adopt(file.fd().duplicate(), file.lengthBytes(), size)) {
            assertThat(read(adopted, size.bytes(), 2)).containsOnly(5);
        }
    }

    @Test
    void aFileShorterThanItsPeerSaysIsRefused() {
        assertThatThrownBy(() -> Memfd.adopt(file.fd().duplicate(), 2 * file.lengthBytes(), size))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is %d bytes long", file.lengthBytes());
    }

    void write(int page, byte value) {
        alias.segment().asSlice(page * size.bytes(), size.bytes()).fill(value);
    }

    byte[] read(long offset, long length) {
        return read(file, offset, length);
    }

    private static byte[] read(Memfd from, long offset, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(length).fill((byte) -1);
            from.read(offset, target);
            return target.toArray(JAVA_BYTE);
        }
    }
}
