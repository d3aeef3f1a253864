package dev.faultline.model;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.AliasMapping;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A machine of the model with one mapping of eight pages, two threads and a userfaultfd. */
final class Machine implements AutoCloseable {
    static final int PAGES = 8;
    static final long MISSING = 1;
    static final long WP = 2;
    static final long MINOR = 4;
    static final long BASE = 0x10_0000_0000L;

    final Kind kind;
    final ModelKernel kernel;
    final ModelProcess process;
    final ModelThread thread;
    final ModelThread other;
    final ModelUffd uffd;
    final ModelFile file;
    final long pageBytes;
    final EventBatch batch = new EventBatch(16);
    private final Arena arena = Arena.ofShared();

    Machine(Kind kind, Set<UffdFeature> features) {
        this(kind, new ModelKernel(Rules.MAINLINE, new SeededScheduler(1)), features);
    }

    Machine(Kind kind, ModelKernel kernel, Set<UffdFeature> features) {
        this.kind = kind;
        this.kernel = kernel;
        pageBytes = kind.pageSize.bytes();
        process = kernel.newProcess();
        thread = process.newThread();
        other = process.newThread();
        uffd = process.openUffd(UffdFeature.mask(features));
        file = kernel.createFile("memory", PAGES * pageBytes, kind.pageSize);
        map();
    }

    void map() {
        MapRequest request = !kind.ofFile
                ? MapRequest.anonymous(PAGES * pageBytes)
                : kind.shared ? MapRequest.shared(file) : MapRequest.privately(file);
        long address = thread.mmap(request.at(BASE));
        if (address != BASE) {
            throw new AssertionError("mmap: " + address);
        }
    }

    long page(long index) {
        return BASE + index * pageBytes;
    }

    long bytes(long pages) {
        return pages * pageBytes;
    }

    long register(long modes) {
        return uffd.register(BASE, bytes(PAGES), modes);
    }

    /** Writes a byte to the file's page through an alias. */
    void put(long index, int value) {
        try (AliasMapping alias = file.mapAlias()) {
            alias.makeWritable(bytes(index), 1);
            alias.segment().set(ValueLayout.JAVA_BYTE, bytes(index), (byte) value);
        }
    }

    /** {@return pages of one byte each, for COPY} */
    MemorySegment content(int pages, int value) {
        return arena.allocate(bytes(pages)).fill((byte) value);
    }

    ModelTask<Byte> load(ModelThread by, long index) {
        return settled(by.start(() -> by.load(page(index))));
    }

    ModelTask<?> store(ModelThread by, long index, int value) {
        ModelTask<?> task = by.start(() -> by.store(page(index), (byte) value));
        kernel.settle();
        return task;
    }

    <T> ModelTask<T> settled(ModelTask<T> task) {
        kernel.settle();
        return task;
    }

    /** {@return what there is to read, in order} The tasks that are woken by that have not gone on yet. */
    List<UffdEvent> read() {
        int count = uffd.read(batch);
        List<UffdEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(batch.event(i));
        }
        return events;
    }

    UffdEvent.PageFault fault(long flags, long index) {
        return new UffdEvent.PageFault(flags, page(index), 0);
    }

    /** {@return what a scan says of a page, 0 if nothing} */
    long categories(long index) {
        long[] found = new long[1];
        process.pagemap()
                .scan(PagemapScan.anyOf(page(index), pageBytes, 0x1FF), (_, _, categories) -> found[0] = categories);
        return found[0];
    }

    @Override
    public void close() {
        batch.close();
        arena.close();
    }
}
