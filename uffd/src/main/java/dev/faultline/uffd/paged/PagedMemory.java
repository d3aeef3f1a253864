package dev.faultline.uffd.paged;

import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** A region's memory file, its two mappings, and what the userfaultfd does with one page of the registered one. */
final class PagedMemory implements AutoCloseable {
    /** What is to be closed, the last first. */
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    private final Memfd file;
    private final GuestMapping guest;
    private final AliasMapping alias;
    private final LinuxUffd uffd;
    private final long pageBytes;

    PagedMemory(PagedRegionOptions options) {
        pageBytes = options.pageSize().bytes();
        long features = UffdFeature.mask(
                options.pageSize().isHuge()
                        ? Set.of(UffdFeature.MINOR_HUGETLBFS, UffdFeature.WP_HUGETLBFS_SHMEM, UffdFeature.POISON)
                        : Set.of(UffdFeature.MINOR_SHMEM, UffdFeature.WP_HUGETLBFS_SHMEM, UffdFeature.POISON));
        try {
            uffd = keep(LinuxUffd.open(features, options.userModeOnly()));
            file = keep(Memfd.create(options.name(), options.lengthBytes(), options.pageSize()));
            guest = keep(file.mapGuest());
            alias = keep(file.mapAlias());
            uffd.register(guest.address(), guest.lengthBytes(), Set.of(RegisterMode.values()));
        } catch (RuntimeException e) {
            closeAll();
            throw e;
        }
    }

    private <T extends AutoCloseable> T keep(T part) {
        parts.push(part);
        return part;
    }

    private void closeAll() {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new AssertionError("none of them throws", e);
            }
        }
    }

    LinuxUffd uffd() {
        return uffd;
    }

    long address() {
        return guest.address();
    }

    private long address(int page) {
        return guest.address() + page * pageBytes;
    }

    /** {@return a part of the alias mapping, for as long as the arena is open} */
    MemorySegment slice(long offset, long lengthBytes, Arena arena) {
        return NativeMemory.segment(alias.segment().address() + offset, lengthBytes, arena);
    }

    /** Makes the page in the file. The kernel refuses here what would be a SIGBUS at a touch: no huge page is free. */
    void instantiate(int page) {
        alias.populate(page * pageBytes, pageBytes);
    }

    /** Gives the page's memory back. Nobody uses it any more. */
    void discard(int page) {
        file.punchHole(page * pageBytes, pageBytes);
    }

    /** Lets native code load from the page, and wakes who waits for that. A store comes back as another fault. */
    void mapForLoads(int page) {
        if (!uffd.continuePages(address(page), pageBytes, Uffd.WRITE_PROTECTED).isDone()) {
            wake(page);
        }
    }

    /** Lets native code load from and store to the page, and wakes who waits for that. */
    void mapForStores(int page) {
        if (!uffd.continuePages(address(page), pageBytes, 0).isDone()) {
            unprotect(page, 0);
        }
    }

    private void unprotect(int page, int flags) {
        if (!uffd.writeProtect(address(page), pageBytes, false, flags).isDone()) {
            wake(page);
        }
    }

    /** Has the next store of native code reported. */
    void protect(int page) {
        uffd.writeProtect(address(page), pageBytes, true, 0).orThrow("UFFDIO_WRITEPROTECT");
    }

    /** Has every touch of native code reported. */
    void unmap(int page) {
        guest.unmapPages(page * pageBytes, pageBytes);
    }

    /** Has who waits for the page, and whoever touches it, get a SIGBUS. A mark that it was protected is in the way. */
    void poison(int page) {
        unprotect(page, Uffd.DONT_WAKE);
        if (!uffd.poison(address(page), pageBytes, 0).isDone()) {
            wake(page);
        }
    }

    /** Has who waits for the page touch it again. */
    void wake(int page) {
        uffd.wake(address(page), pageBytes);
    }

    @Override
    public void close() {
        uffd.unregister(guest.address(), guest.lengthBytes());
        closeAll();
    }
}
