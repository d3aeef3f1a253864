package dev.faultline.uffd.paged;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.ChildMain;
import dev.faultline.uffd.internal.linux.NativeMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Readers and writers in Java and in native code, on a region whose source is slow and fails now and then, while one
 * thread evicts and another collects garbage all the time. Each page is one writer's; a reader checks pages that nobody
 * writes.
 */
final class PagedRegionMain {
    private static final long PAGE = 4096;
    private static final int PAGES = 96;
    private static final int STEPS = 300;
    private static final int ROLES = 4;
    private static final long SLOW_NANOS = 100_000;

    private final KeptPages kept = new KeptPages();
    private final AtomicInteger wrong = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private volatile boolean ended;

    private PagedRegionMain() {}

    public static void main(String[] args) throws InterruptedException {
        ChildMain.begin(args);
        new PagedRegionMain().run();
    }

    private void run() throws InterruptedException {
        Thread.ofPlatform().daemon().start(PagedRegionMain::collectForEver);
        PagedRegionOptions options = PagedRegionOptions.of(PAGES * PAGE).withHandlerThreads(2);
        try (PagedRegion region = PagedRegion.open(options, new SlowSource())) {
            Thread evictor = Thread.ofPlatform().start(() -> evict(region));
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int seed = i;
                threads.add(Thread.ofPlatform().start(() -> readInJava(region, new Random(seed))));
                threads.add(Thread.ofPlatform().start(() -> readNatively(region, new Random(seed))));
            }
            threads.add(Thread.ofPlatform().start(() -> writeInJava(region, new Random(10))));
            threads.add(Thread.ofPlatform().start(() -> writeNatively(region, new Random(11))));
            for (Thread thread : threads) {
                thread.join();
            }
            ended = true;
            evictor.join();
        }
        System.out.println(
                wrong + " wrong, failed loads told: " + (told.get() > 0 && told.get() <= failures.get()) + ", closed");
    }

    private static void collectForEver() {
        while (true) {
            System.gc();
        }
    }

    /** A page of a role: 0 and 1 are read only, 2 is written in Java, 3 natively. */
    private static long pageOf(int role, Random random) {
        return (random.nextInt(PAGES / ROLES) * (long) ROLES + role) * PAGE;
    }

    private void check(boolean right) {
        if (!right) {
            wrong.incrementAndGet();
        }
    }

    private void readInJava(PagedRegion region, Random random) {
        for (int step = 0; step < STEPS; step++) {
            long offset = pageOf(random.nextInt(2), random) + random.nextInt(512) * 8L;
            try {
                check(region.read(offset, 8, range -> range.get(JAVA_LONG, 0)) == KeptPages.word(offset));
            } catch (PageAccessException e) {
                told.incrementAndGet();
            }
        }
    }

    private void readNatively(PagedRegion region, Random random) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(8);
            for (int step = 0; step < STEPS; step++) {
                long offset = pageOf(1, random) + random.nextInt(512) * 8L;
                NativeMemory.copy(copy.address(), region.address() + offset, 8);
                check(copy.get(JAVA_LONG, 0) == KeptPages.word(offset));
            }
        }
    }

    /** Counts a page up, and finds what it left there. */
    private void writeInJava(PagedRegion region, Random random) {
        long[] expected = new long[PAGES];
        for (int step = 0; step < STEPS; step++) {
            long offset = pageOf(2, random);
            int page = (int) (offset / PAGE);
            region.write(offset, PAGE, range -> {
                long first = range.get(JAVA_LONG, 8);
                check(first == (expected[page] == 0 ? KeptPages.word(offset + 8) : expected[page]));
                expected[page]++;
                range.set(JAVA_LONG, 8, expected[page]);
                return true;
            });
        }
    }

    private void writeNatively(PagedRegion region, Random random) {
        long[] expected = new long[PAGES];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(8);
            for (int step = 0; step < STEPS; step++) {
                long offset = pageOf(3, random);
                int page = (int) (offset / PAGE);
                NativeMemory.copy(copy.address(), region.address() + offset + 8, 8);
                check(copy.get(JAVA_LONG, 0) == (expected[page] == 0 ? KeptPages.word(offset + 8) : expected[page]));
                expected[page]++;
                copy.set(JAVA_LONG, 0, expected[page]);
                NativeMemory.copy(region.address() + offset + 8, copy.address(), 8);
            }
        }
    }

    private void evict(PagedRegion region) {
        Random random = new Random(7);
        while (!ended) {
            int first = random.nextInt(PAGES - 8);
            if (random.nextInt(4) == 0) {
                region.flush(first * PAGE, 8 * PAGE);
            } else {
                region.evict(first * PAGE, 8 * PAGE);
            }
        }
    }

    /** Takes its time. Pages of role 0, which native code does not touch, fail now and then. */
    private final class SlowSource implements PageSource {
        private final Random random = new Random(3);

        @Override
        public void load(long offset, MemorySegment page) throws IOException {
            LockSupport.parkNanos(SLOW_NANOS);
            kept.load(offset, page);
            if (offset / PAGE % ROLES == 0 && random.nextInt(3) == 0) {
                failures.incrementAndGet();
                throw new IOException("it failed, on purpose");
            }
        }

        @Override
        public void store(long offset, MemorySegment page) throws IOException {
            kept.store(offset, page);
        }
    }
}
