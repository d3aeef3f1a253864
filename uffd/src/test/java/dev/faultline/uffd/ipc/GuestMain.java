package dev.faultline.uffd.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.faultline.uffd.ChildMain;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.TestMemory;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A guest in a process of its own, served and tracked by another. Arguments: the socket, the page size, the number of
 * pages. It hands itself over, tells how many pages had wrong contents, and then stores to each page it is told.
 */
final class GuestMain {
    private GuestMain() {}

    public static void main(String[] args) {
        ChildMain.begin(args);
        PageSize size = PageSize.valueOf(args[2]);
        int pages = Integer.parseInt(args[3]);
        try (UnixConnection connection = UnixConnection.connect(args[1]);
                TestMemory memory = TestMemory.of(size, pages);
                LinuxPagemap pagemap = LinuxPagemap.ofSelf();
                LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.WP_ASYNC))) {
            uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.values()));
            Handover handover = new Handover(memory.page(0), memory.lengthBytes(), memory.pageBytes());
            connection.send(handover.toBytes(), List.of(uffd.fd(), memory.file().fd(), pagemap.fd()));
            connection.send(new byte[] {wrongPages(memory, pages)}, List.of());
            byte[] page = new byte[1];
            while (connection.receive(page, new ArrayList<>(), -1) > 0) {
                store(memory.page(page[0]));
                connection.send(page, List.of());
            }
        }
    }

    private static byte wrongPages(TestMemory memory, int pages) {
        byte wrong = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(memory.pageBytes());
            for (int page = 0; page < pages; page++) {
                NativeMemory.copy(target.address(), memory.page(page), memory.pageBytes());
                wrong += (byte) (Arrays.equals(target.toArray(JAVA_BYTE), memory.content(page)) ? 0 : 1);
            }
        }
        return wrong;
    }

    private static void store(long address) {
        try (Arena arena = Arena.ofConfined()) {
            NativeMemory.copy(address, arena.allocateFrom(JAVA_BYTE, (byte) 1).address(), 1);
        }
    }
}
