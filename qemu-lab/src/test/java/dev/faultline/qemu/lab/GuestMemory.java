package dev.faultline.qemu.lab;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/** A machine's memory, seen through its file: the guests' pages are told by their content. */
final class GuestMemory implements AutoCloseable {
    /** Ids of the Linux guest's disk begin here; below are those of its memory. */
    static final long DISK_ID = 1L << 40;

    static final int WORDS = 512;

    private static final long PAGE_BYTES = 4096;
    private static final long K1 = 0x9E3779B97F4A7C15L;
    private static final long K2 = 0xC2B2AE3D27D4EB4FL;
    private static final long STEP = 0x165667B19E3779F9L;
    private static final long K2_INVERSE = inverse(K2);
    private static final long MAX_VERSION = 20_000;
    private static final long MAX_ID = DISK_ID << 1;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    GuestMemory(QemuVm vm) throws IOException {
        try (FileChannel channel =
                FileChannel.open(vm.memoryFiles().getFirst(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
        }
    }

    /** Where the pages are whose id, which the workload has given them, is such; in the order of addresses. */
    List<Long> pages(LongPredicate id) {
        List<Long> found = new ArrayList<>();
        for (long page = 0; page < memory.byteSize(); page += PAGE_BYTES) {
            if (isWorkloads(page) && id.test(id(word(page, 0)))) {
                found.add(page);
            }
        }
        return found;
    }

    /** The first is not there while the guest writes it. */
    long page(long id) throws InterruptedException {
        List<Long> found = pages(candidate -> candidate == id);
        while (found.isEmpty()) {
            Thread.sleep(10);
            found = pages(candidate -> candidate == id);
        }
        return found.getFirst();
    }

    long[] copy(long page) {
        return memory.asSlice(page, PAGE_BYTES).toArray(JAVA_LONG);
    }

    void restore(long page, long[] content) {
        MemorySegment.copy(content, 0, memory, JAVA_LONG, page, WORDS);
    }

    long word(long page, int index) {
        return memory.get(JAVA_LONG, page + (long) index * Long.BYTES);
    }

    void flip(long page, int index) {
        memory.set(JAVA_LONG, page + (long) index * Long.BYTES, ~word(page, index));
    }

    /** The first words are enough: nothing else counts in this step. */
    private boolean isWorkloads(long page) {
        return word(page, 1) - word(page, 0) == STEP && word(page, 2) - word(page, 1) == STEP;
    }

    /** The first word is version * K1 ^ id * K2, and only the right version makes an id of it that is no huge number. */
    private static long id(long firstWord) {
        for (long version = 1; version < MAX_VERSION; version++) {
            long id = (firstWord ^ version * K1) * K2_INVERSE;
            if (id >= 0 && id < MAX_ID) {
                return id;
            }
        }
        return -1;
    }

    /** Each step of Newton's method doubles the number of bits that are right, of which an odd number has three. */
    private static long inverse(long odd) {
        long inverse = odd;
        for (int bits = 3; bits < Long.SIZE; bits *= 2) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }

    @Override
    public void close() {
        arena.close();
    }
}
