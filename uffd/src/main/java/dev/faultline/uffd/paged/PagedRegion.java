package dev.faultline.uffd.paged;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A range of memory that this JVM pages itself. Its pages come from a {@link PageSource} when they are first used, and go
 * back there when they are evicted.
 *
 * <p>The region's memory file is mapped twice. Java code is given parts of the <b>alias</b> mapping, which no userfaultfd
 * serves: whether a page is there is one look at a word in Java, what is not there is loaded by the thread that wants it,
 * and a page that it has pinned can be touched without ever waiting for anybody but the kernel, also when the page was
 * swapped out meanwhile. Native code is given the address of the <b>registered</b> mapping: it may touch any of it at any
 * time, in native state, and waits at a page that is not there for a thread of the region to load it. Java code never
 * touches that mapping, not even a page that is known to be there: the kernel may take it off the page table again, and
 * the fault would be one in Java state, in which no garbage collection can begin, and for which the region's own thread
 * may have to wait. Both mappings show the same memory at once.
 *
 * <p>What native code stores to is known too: pages are mapped for it write-protected, and the first store is a fault.
 *
 * <p>All methods may be used by several threads. A range that several use at the same time is theirs to agree on.
 *
 * <p>Needs Linux 6.6.
 */
public final class PagedRegion implements AutoCloseable {
    private static final Logger LOGGER = System.getLogger(PagedRegion.class.getName());

    private final PagedRegionOptions options;
    private final PageSource source;
    private final PagedMemory memory;
    private final PageTable table;
    private final NativeTouches touches;
    private final long pageBytes;
    /** Held while a page's protection and its mark of being changed are changed together. */
    private final Object protection = new Object();

    private final AtomicBoolean closed = new AtomicBoolean();

    private PagedRegion(PagedRegionOptions options, PageSource source) {
        this.options = options;
        this.source = source;
        pageBytes = options.pageSize().bytes();
        table = new PageTable((int) (options.lengthBytes() / pageBytes));
        memory = new PagedMemory(options);
        touches = new NativeTouches(memory.uffd(), options.handlerThreads(), this::answer);
    }

    /**
     * Makes a region. Nothing of it is loaded.
     *
     * @param options how
     * @param source where its pages come from
     * @return the region
     * @throws dev.faultline.uffd.os.LinuxException as {@link dev.faultline.uffd.LinuxUffd#open(java.util.Set)} and
     *     {@link dev.faultline.uffd.memory.Memfd}
     */
    public static PagedRegion open(PagedRegionOptions options, PageSource source) {
        return new PagedRegion(options, source);
    }

    /** {@return its length in bytes} */
    public long lengthBytes() {
        return options.lengthBytes();
    }

    /**
     * {@return where native code finds it} Java code must not make a segment of it. A page that cannot be loaded is a
     * SIGBUS for who touches it, and so the end of the JVM, as with a mapped file whose disk fails; {@link #withAddress}
     * rules that out.
     */
    public long address() {
        return memory.address();
    }

    /** {@return how much of it is loaded} */
    public long residentBytes() {
        long pages = 0;
        for (int page = 0; page < pages(); page++) {
            pages += table.isResident(page) ? 1 : 0;
        }
        return pages * pageBytes;
    }

    private int pages() {
        return (int) (options.lengthBytes() / pageBytes);
    }

    /**
     * Reads a range. Its pages are loaded first, and stay for as long as this takes.
     *
     * @param offset where it begins
     * @param lengthBytes how long it is
     * @param access what to do with it; the segment is read-only
     * @param <T> what comes of it
     * @param <X> what it may throw
     * @return what comes of it
     * @throws X as the access does
     * @throws PageAccessException if a page could not be loaded
     * @throws IndexOutOfBoundsException if the range is not within the region
     * @throws IllegalStateException if the region was closed
     */
    public <T extends @Nullable Object, X extends Exception> T read(
            long offset, long lengthBytes, RangeAccess<T, X> access) throws X {
        pin(offset, lengthBytes);
        try (Arena arena = Arena.ofConfined()) {
            return access.access(memory.slice(offset, lengthBytes, arena).asReadOnly());
        } finally {
            unpin(offset, lengthBytes, false);
        }
    }

    /**
     * As {@link #read}, for changing the range: its pages are stored before they are evicted.
     *
     * @param offset where it begins
     * @param lengthBytes how long it is
     * @param access what to do with it
     * @param <T> what comes of it
     * @param <X> what it may throw
     * @return what comes of it
     * @throws X as the access does
     */
    public <T extends @Nullable Object, X extends Exception> T write(
            long offset, long lengthBytes, RangeAccess<T, X> access) throws X {
        pin(offset, lengthBytes);
        try (Arena arena = Arena.ofConfined()) {
            return access.access(memory.slice(offset, lengthBytes, arena));
        } finally {
            unpin(offset, lengthBytes, true);
        }
    }

    /**
     * As {@link #read}, for native code: the range's address is valid without this too, but here a page that cannot be
     * loaded is an exception, and none is evicted meanwhile.
     *
     * @param offset where it begins
     * @param lengthBytes how long it is
     * @param access what to do with it, given its address: an ordinary downcall, not a critical one
     * @param <T> what comes of it
     * @return what comes of it
     */
    public <T extends @Nullable Object> T withAddress(long offset, long lengthBytes, LongFunction<T> access) {
        pin(offset, lengthBytes);
        try {
            return access.apply(memory.address() + offset);
        } finally {
            unpin(offset, lengthBytes, false);
        }
    }

    private int first(long offset) {
        return (int) (offset / pageBytes);
    }

    private int end(long offset, long lengthBytes) {
        return (int) Math.ceilDiv(offset + lengthBytes, pageBytes);
    }

    private void pin(long offset, long lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, options.lengthBytes());
        int page = first(offset);
        try {
            for (int end = end(offset, lengthBytes); page < end; page++) {
                pin(page);
            }
        } catch (RuntimeException | Error e) {
            for (int pinned = first(offset); pinned < page; pinned++) {
                table.unpin(pinned, false);
            }
            throw e;
        }
    }

    private void unpin(long offset, long lengthBytes, boolean dirty) {
        for (int page = first(offset); page < end(offset, lengthBytes); page++) {
            table.unpin(page, dirty);
        }
    }

    private void pin(int page) {
        while (!table.tryPin(page)) {
            table.requireOpen();
            if (table.claimAbsent(page)) {
                loadOrGiveUp(page);
                return;
            }
            table.awaitIdle(page);
        }
    }

    /** Loads a page that is busy with the caller, and pins it. */
    private void loadOrGiveUp(int page) {
        boolean loaded = false;
        try {
            load(page);
            loaded = true;
        } finally {
            if (!loaded) {
                table.releaseAbsent(page);
                memory.wake(page);
            }
        }
        table.releasePinned(page);
        memory.mapForLoads(page);
    }

    private void load(int page) {
        boolean loaded = false;
        try (Arena arena = Arena.ofConfined()) {
            memory.instantiate(page);
            source.load(page * pageBytes, memory.slice(page * pageBytes, pageBytes, arena));
            loaded = true;
        } catch (IOException | RuntimeException e) {
            throw new PageAccessException("load", page * pageBytes, e);
        } finally {
            if (!loaded) {
                memory.discard(page);
            }
        }
    }

    /** A page that is busy needs no answer: who ends that wakes those who wait for it. */
    private void answer(long address, boolean store) {
        int page = (int) ((address - memory.address()) / pageBytes);
        if (table.tryBeginMapping(page) || (table.claimAbsent(page) && loadOrPoison(page))) {
            map(page, store);
            table.endMapping(page);
        }
    }

    /** {@return whether a page that was busy with the caller is loaded, and being mapped} */
    private boolean loadOrPoison(int page) {
        try {
            load(page);
            table.releaseMapping(page);
            return true;
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "Native code that touches the page gets a SIGBUS", e);
            memory.poison(page);
            table.releaseAbsent(page);
            return false;
        }
    }

    /** Lets native code have a page. */
    private void map(int page, boolean store) {
        if (store) {
            synchronized (protection) {
                table.markDirty(page);
                memory.mapForStores(page);
            }
        } else {
            memory.mapForLoads(page);
        }
    }

    /**
     * Stores what was changed and lets all pages of a range go, but for those in use. What is evicted is loaded again
     * when it is used again. Memory that the kernel itself is reading or writing for a device at this moment, by direct
     * I/O say, must be pinned by {@link #withAddress}.
     *
     * @param offset where it begins; pages that are partly in the range are left out
     * @param lengthBytes how long it is
     * @return how much was let go, in bytes
     * @throws PageAccessException if a page could not be stored: it is still there
     */
    public long evict(long offset, long lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, options.lengthBytes());
        table.requireOpen();
        long evictedBytes = 0;
        int end = (int) ((offset + lengthBytes) / pageBytes);
        for (int page = (int) Math.ceilDiv(offset, pageBytes); page < end; page++) {
            PageTable.Claim claim = table.claimIdle(page);
            if (claim != PageTable.Claim.REFUSED) {
                evict(page, claim);
                evictedBytes += pageBytes;
            }
        }
        return evictedBytes;
    }

    /** Once no mapping of native code is left, nobody changes the page; only then is it stored. */
    private void evict(int page, PageTable.Claim claim) {
        boolean evicted = false;
        try {
            memory.unmap(page);
            if (claim == PageTable.Claim.CHANGED) {
                store(page);
            }
            memory.discard(page);
            evicted = true;
        } finally {
            if (evicted) {
                table.releaseAbsent(page);
            } else {
                table.release(page, claim);
            }
            memory.wake(page);
        }
    }

    private void store(int page) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment content = memory.slice(page * pageBytes, pageBytes, arena);
            source.store(page * pageBytes, content.asReadOnly());
        } catch (IOException | RuntimeException e) {
            throw new PageAccessException("store", page * pageBytes, e);
        }
    }

    /**
     * Stores what was changed in a range by accesses that have ended, and by native code.
     *
     * @param offset where it begins
     * @param lengthBytes how long it is; pages that are partly in the range are stored whole
     * @throws PageAccessException if a page could not be stored; the others may not have been tried
     */
    public void flush(long offset, long lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, options.lengthBytes());
        table.requireOpen();
        for (int page = first(offset); page < end(offset, lengthBytes); page++) {
            table.awaitIdle(page);
            if (table.tryPin(page)) {
                flushPinned(page);
            }
        }
    }

    private void flushPinned(int page) {
        boolean stillDirty = false;
        try {
            synchronized (protection) {
                stillDirty = table.clearDirty(page);
                if (stillDirty) {
                    memory.protect(page);
                }
            }
            if (stillDirty) {
                store(page);
                stillDirty = false;
            }
        } finally {
            table.unpin(page, stillDirty);
        }
    }

    /**
     * Waits until nobody uses it any more, and gives its memory back. What was changed and not stored is lost: see
     * {@link #flush}. Not to be called from within an access, which it would wait for. Native code must not touch the
     * region any more.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            table.close();
            touches.close();
            memory.close();
        }
    }
}
