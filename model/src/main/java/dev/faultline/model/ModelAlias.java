package dev.faultline.model;

import dev.faultline.model.memory.PageCache;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** An alias mapping of the model: the file's content itself. Pages are made when they are announced. */
final class ModelAlias implements AliasMapping {
    private final ModelKernel kernel;
    private final PageCache cache;
    private final MemorySegment segment;

    ModelAlias(ModelKernel kernel, PageCache cache, MemorySegment segment) {
        this.kernel = kernel;
        this.cache = cache;
        this.segment = segment;
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void makeWritable(long offset, long rangeBytes) {
        instantiate("touches an alias", offset, rangeBytes, true);
    }

    @Override
    public void populate(long offset, long rangeBytes) {
        instantiate("madvise(POPULATE_READ) of an alias", offset, rangeBytes, false);
    }

    private void instantiate(String what, long offset, long rangeBytes, boolean write) {
        Objects.checkFromIndexSize(offset, rangeBytes, segment.byteSize());
        kernel.call(what, () -> {
            long end = offset + rangeBytes;
            for (long at = offset; at < end; at = (at / cache.pageBytes() + 1) * cache.pageBytes()) {
                if (!kernel.files().instantiate(cache, at / cache.pageBytes(), write)) {
                    throw new LinuxException(what, Errno.ENOMEM, "There are too few huge pages");
                }
            }
            return 0;
        });
    }

    @Override
    public void close() {
        // There is nothing to give back.
    }
}
