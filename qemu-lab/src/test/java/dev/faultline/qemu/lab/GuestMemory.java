package dev.faultline.qemu.lab;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.stream.LongStream;

/** A machine's memory, seen through its file: the guests' pages are told by their content. */
final class GuestMemory implements AutoCloseable {
    static final long PAGE_BYTES = 4096;

    private static final long STEP = 0x165667B19E3779F9L;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    GuestMemory(QemuVm vm) throws IOException {
        try (FileChannel channel =
                FileChannel.open(vm.memoryFiles().getFirst(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
        }
    }

    /** Where the pages are that a workload has written. */
    long[] workloadPages() {
        return LongStream.iterate(0, at -> at < memory.byteSize(), at -> at + PAGE_BYTES)
                .filter(this::isWorkloadPage)
                .toArray();
    }

    long word(long page, int index) {
        return memory.get(JAVA_LONG, page + (long) index * Long.BYTES);
    }

    void set(long page, int index, long value) {
        memory.set(JAVA_LONG, page + (long) index * Long.BYTES, value);
    }

    private boolean isWorkloadPage(long page) {
        // The first words are enough: nothing else counts in this step.
        return word(page, 1) - word(page, 0) == STEP && word(page, 2) - word(page, 1) == STEP;
    }

    @Override
    public void close() {
        arena.close();
    }
}
