package dev.faultline.uffd.remote;

import dev.faultline.uffd.TestMemory;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Has memory, tells where, touches all of it when a byte comes, and tells how many pages had other contents. */
final class GuestMain {
    static final int PAGES = 16;

    private GuestMain() {}

    public static void main(String[] args) {
        try (UnixConnection connection = UnixConnection.connect(args[1]);
                TestMemory memory = TestMemory.of(PageSize.SIZE_4K, PAGES);
                Arena arena = Arena.ofConfined()) {
            byte[] address =
                    ByteBuffer.allocate(Long.BYTES).putLong(memory.page(0)).array();
            connection.send(address, List.of(memory.file().fd()));
            MemorySegment expected = arena.allocate(memory.pageBytes());
            byte wrong = 0;
            connection.receive(new byte[1], new ArrayList<>(), -1);
            for (int page = 0; page < PAGES; page++) {
                TestMemory.fill(expected, page);
                wrong += (byte)
                        (NativeMemory.compare(memory.page(page), expected.address(), memory.pageBytes()) == 0 ? 0 : 1);
            }
            connection.send(new byte[] {wrong}, List.of());
            connection.receive(new byte[1], new ArrayList<>(), -1);
        }
    }
}
