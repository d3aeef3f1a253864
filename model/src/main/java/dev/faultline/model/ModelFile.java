package dev.faultline.model;

import dev.faultline.model.memory.PageCache;
import dev.faultline.model.memory.Pages;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A memory file of the model. Mappings keep its content after it is closed, as the kernel's do. Its content is one piece
 * of memory, which alias mappings show as it is.
 */
public final class ModelFile implements MemoryFile {
    private static final AtomicLong LAST_NUMBER = new AtomicLong();

    private final long number = LAST_NUMBER.incrementAndGet();
    private final ModelKernel kernel;
    private final PageCache cache;
    private final PageSize pageSize;

    ModelFile(ModelKernel kernel, String name, long lengthBytes, PageSize pageSize) {
        if (lengthBytes < 0 || lengthBytes % pageSize.bytes() != 0) {
            throw new IllegalArgumentException(
                    "a memory file of " + lengthBytes + " bytes is no whole number of pages of " + pageSize.bytes());
        }
        this.kernel = kernel;
        this.pageSize = pageSize;
        cache = new PageCache(name, lengthBytes, pageSize.shift());
    }

    PageCache cache() {
        return cache;
    }

    @Override
    public long lengthBytes() {
        return kernel.call("fstat", cache::lengthBytes);
    }

    @Override
    public PageSize pageSize() {
        return pageSize;
    }

    @Override
    public String identity() {
        return "model:" + number;
    }

    @Override
    public AliasMapping mapAlias() {
        return kernel.call("mmap of an alias", () -> new ModelAlias(kernel, cache, cache.handOut()));
    }

    @Override
    public long nextData(long offset) {
        return kernel.call("lseek", () -> seek(offset, true));
    }

    @Override
    public long nextHole(long offset) {
        return kernel.call("lseek", () -> seek(offset, false));
    }

    /** mm/filemap.c, mapping_seek_hole_data: a page that fallocate made and nobody filled is a hole. */
    private long seek(long offset, boolean data) {
        if (cache.isHuge()) {
            return data ? Math.min(offset, cache.lengthBytes()) : cache.lengthBytes();
        }
        for (long index = offset >> Pages.SHIFT; index < cache.pageCount(); index++) {
            if ((cache.holds(index) && cache.isUpToDate(index)) == data) {
                return Math.min(Math.max(offset, index << Pages.SHIFT), cache.lengthBytes());
            }
        }
        return cache.lengthBytes();
    }

    @Override
    public void punchHole(long offset, long rangeBytes) {
        if (offset < 0 || rangeBytes <= 0) {
            throw new LinuxException("fallocate(PUNCH_HOLE, " + offset + ", " + rangeBytes + ")", Errno.EINVAL, "");
        }
        kernel.call("fallocate(PUNCH_HOLE)", () -> {
            kernel.files().punchHole(cache, offset, rangeBytes);
            return 0;
        });
    }

    /**
     * Makes pages where there are holes, without writing to any: fallocate(2). The file grows if need be.
     *
     * @param offset where
     * @param rangeBytes how much
     * @throws LinuxException ENOSPC if there are too few huge pages, EINVAL for an empty range
     */
    public void allocate(long offset, long rangeBytes) {
        String call = "fallocate(" + offset + ", " + rangeBytes + ")";
        if (offset < 0 || rangeBytes <= 0) {
            throw new LinuxException(call, Errno.EINVAL, "");
        }
        if (!kernel.call("fallocate", () -> kernel.files().allocate(cache, offset, rangeBytes))) {
            throw new LinuxException(call, Errno.ENOSPC, "");
        }
    }

    /**
     * Changes the length: ftruncate(2). What is cut off is gone from all mappings.
     *
     * @param newLengthBytes the new length
     * @throws LinuxException EINVAL if it is negative, or within a huge page
     * @throws IllegalStateException if the file has an alias mapping and no room; see {@link #reserve}
     */
    public void resize(long newLengthBytes) {
        if (newLengthBytes < 0 || (pageSize.isHuge() && newLengthBytes % pageSize.bytes() != 0)) {
            throw new LinuxException("ftruncate(" + newLengthBytes + ")", Errno.EINVAL, "");
        }
        kernel.call("ftruncate", () -> {
            kernel.files().resize(cache, newLengthBytes);
            return 0;
        });
    }

    /**
     * Sets memory of the model's aside, so that the file can grow when it has alias mappings. The kernel needs no such
     * call.
     *
     * @param capacityBytes how long it may become
     */
    public void reserve(long capacityBytes) {
        kernel.call("reserve", () -> {
            cache.reserve(capacityBytes);
            return 0;
        });
    }

    /**
     * Takes a page out of memory, as reclaim does when it is short: it leaves all page tables, and goes to swap; if it was
     * never written, it is a hole again. Not of huge pages.
     *
     * @param index which page
     */
    public void swapOut(long index) {
        if (pageSize.isHuge()) {
            throw new IllegalArgumentException("huge pages are never in swap");
        }
        kernel.call("reclaim", () -> {
            kernel.files().swapOut(cache, index);
            return 0;
        });
    }

    /**
     * {@return whether the file has the page in memory: mincore(2) of an alias}
     *
     * @param index which page
     */
    public boolean isCached(long index) {
        return kernel.call("mincore", () -> cache.isPresent(index));
    }

    /**
     * {@return whether the file has the page in swap}
     *
     * @param index which page
     */
    public boolean isSwapped(long index) {
        return kernel.call("mincore", () -> cache.isSwapped(index));
    }

    @Override
    public void read(long offset, MemorySegment target) {
        kernel.call("pread", () -> {
            if (offset < 0 || offset > cache.lengthBytes() - target.byteSize()) {
                throw new IllegalArgumentException("read past the end of the memory file at " + offset);
            }
            cache.read(offset, target);
            return 0;
        });
    }

    @Override
    public long allocatedBytes() {
        return kernel.call("statx", () -> cache.heldPages() * cache.pageBytes());
    }

    @Override
    public void close() {
        // Mappings keep the content; without any, the collector takes it.
    }

    @Override
    public String toString() {
        return cache.name();
    }
}
