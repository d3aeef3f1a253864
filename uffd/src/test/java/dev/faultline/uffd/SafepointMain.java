package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * Touches memory whose faults the same JVM serves. Arguments: how it touches ({@code native} or {@code segment}), who
 * collects garbage ({@code loop}: a third thread, all the time; {@code handler}: the handler before each answer), pages.
 */
final class SafepointMain {
    private final TestMemory memory;
    private final boolean inNativeState;
    private final MemorySegment forbidden;

    @SuppressWarnings("restricted")
    private SafepointMain(TestMemory memory, boolean inNativeState) {
        this.memory = memory;
        this.inNativeState = inNativeState;
        // No API of the module gives such a segment away; this is what would happen if one did.
        forbidden = MemorySegment.ofAddress(memory.page(0)).reinterpret(memory.lengthBytes());
    }

    public static void main(String[] args) {
        ChildMain.begin(args);
        int pages = Integer.parseInt(args[3]);
        try (TestMemory memory = TestMemory.of(PageSize.SIZE_4K, pages);
                LinuxUffd uffd = LinuxUffd.open(Set.of(UffdFeature.MINOR_SHMEM))) {
            uffd.register(memory.page(0), memory.lengthBytes(), Set.of(RegisterMode.MISSING, RegisterMode.MINOR));
            boolean collectInHandler = args[2].equals("handler");
            if (!collectInHandler) {
                Thread.ofPlatform().daemon().start(SafepointMain::collectForEver);
            }
            try (FaultLoop _ = FaultLoop.start(uffd, (batch, index) -> {
                if (collectInHandler) {
                    System.gc();
                }
                int page = memory.pageOf(batch.address(index));
                memory.fill(page);
                uffd.continuePages(memory.page(page), memory.pageBytes(), 0);
            })) {
                System.out.println("touching");
                System.out.println(new SafepointMain(memory, args[1].equals("native")).wrongPages() + " pages wrong");
            }
            uffd.unregister(memory.page(0), memory.lengthBytes());
        }
    }

    private static void collectForEver() {
        while (true) {
            System.gc();
        }
    }

    private int wrongPages() {
        int wrong = 0;
        int pages = memory.pageOf(memory.page(0) + memory.lengthBytes());
        for (int page = 0; page < pages; page++) {
            byte first = inNativeState ? copyFirstByte(page) : forbidden.get(JAVA_BYTE, memory.pages(page));
            wrong += first == memory.content(page)[0] ? 0 : 1;
        }
        return wrong;
    }

    private byte copyFirstByte(int page) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(1);
            NativeMemory.copy(target.address(), memory.page(page), 1);
            return target.get(JAVA_BYTE, 0);
        }
    }
}
