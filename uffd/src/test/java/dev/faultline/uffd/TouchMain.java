package dev.faultline.uffd;

import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Touches registered memory that it does not serve itself, having told where it is. Argument: how it touches, in native
 * state or in Java ({@code segment}); then it collects garbage all the time.
 */
final class TouchMain {
    private static final int PAGES = 32;
    private static final String FORM = "address=%d uffd=%d memory=%d length=%d.";
    private static final Pattern TOLD = Pattern.compile("address=(\\d+) uffd=(\\d+) memory=(\\d+) length=(\\d+)\\.");

    private TouchMain() {}

    /** What it tells. */
    record Told(long address, int uffdNumber, int memoryNumber, long lengthBytes) {}

    static Told told(ChildJvm child, Duration limit) {
        if (!child.writesWithin(limit, ".")) {
            throw new AssertionError(child.output());
        }
        Matcher matcher = TOLD.matcher(child.output());
        if (!matcher.find()) {
            throw new AssertionError(child.output());
        }
        MatchResult found = matcher.toMatchResult();
        return new Told(
                Long.parseLong(found.group(1)),
                Integer.parseInt(found.group(2)),
                Integer.parseInt(found.group(3)),
                Long.parseLong(found.group(4)));
    }

    static void tell(long address, int uffdNumber, int memoryNumber, long lengthBytes) {
        System.out.printf(FORM + "%n", address, uffdNumber, memoryNumber, lengthBytes);
    }

    public static void main(String[] args) {
        ChildMain.begin(args);
        try (TestMemory memory = TestMemory.of(PageSize.SIZE_4K, PAGES);
                LinuxUffd uffd = LinuxUffd.open(Set.of());
                Arena arena = Arena.ofConfined()) {
            uffd.register(memory.page(0), memory.lengthBytes(), FaultFixture.MISSING_AND_MINOR);
            int uffdNumber = uffd.fd().number();
            int memoryNumber = memory.file().fd().number();
            tell(memory.page(0), uffdNumber, memoryNumber, memory.lengthBytes());
            int wrong = args[1].equals("segment") ? touchInJava(memory) : touchNatively(memory, arena);
            System.out.println(wrong + " pages wrong");
        }
    }

    private static int touchNatively(TestMemory memory, Arena arena) {
        MemorySegment expected = arena.allocate(memory.pageBytes());
        int wrong = 0;
        for (int page = 0; page < PAGES; page++) {
            TestMemory.fill(expected, page);
            wrong += NativeMemory.compare(memory.page(page), expected.address(), 4096) == 0 ? 0 : 1;
        }
        return wrong;
    }

    private static int touchInJava(TestMemory memory) {
        Thread.ofPlatform().daemon().start(TouchMain::collectForEver);
        MemorySegment forbidden = NativeMemory.segment(memory.page(0), memory.lengthBytes());
        int wrong = 0;
        for (int page = 0; page < PAGES; page++) {
            byte first = forbidden.get(ValueLayout.JAVA_BYTE, memory.pages(page));
            wrong += first == memory.content(page)[0] ? 0 : 1;
        }
        return wrong;
    }

    private static void collectForEver() {
        while (true) {
            System.gc();
        }
    }
}
