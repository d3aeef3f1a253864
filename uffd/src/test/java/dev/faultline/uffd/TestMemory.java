package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;

/** A memory file with both of its mappings, and contents that tell the page they belong to. */
public final class TestMemory implements AutoCloseable {
    private final Memfd file;
    private final AliasMapping alias;
    private final GuestMapping guest;

    private TestMemory(Memfd file) {
        this.file = file;
        guest = file.mapGuest();
        alias = file.mapAlias();
    }

    /** {@return memory of that many pages, all of them holes} */
    public static TestMemory of(PageSize size, int pages) {
        return new TestMemory(Memfd.create("faultline-test", pages * size.bytes(), size));
    }

    /** {@return memory whose file another process made} */
    public static TestMemory of(Memfd file) {
        return new TestMemory(file);
    }

    /** {@return the file} */
    public Memfd file() {
        return file;
    }

    /** {@return the page size in bytes} */
    public long pageBytes() {
        return file.pageSize().bytes();
    }

    /** {@return the address of a page in the guest mapping} */
    public long page(int index) {
        return guest.address() + index * pageBytes();
    }

    /** {@return the page that an address of the guest mapping is in} */
    public int pageOf(long address) {
        return (int) ((address - guest.address()) / pageBytes());
    }

    /** {@return the length of a run of pages in bytes} */
    public long pages(int count) {
        return count * pageBytes();
    }

    /** {@return the length of all of it in bytes} */
    public long lengthBytes() {
        return file.lengthBytes();
    }

    /** {@return a page as the alias mapping shows it} */
    public MemorySegment aliasPage(int index) {
        return alias.segment().asSlice(index * pageBytes(), pageBytes());
    }

    /** {@return a run of pages as the alias mapping shows it} */
    public MemorySegment aliasPages(int index, int count) {
        return alias.segment().asSlice(index * pageBytes(), count * pageBytes());
    }

    /** Writes a page's content through the alias mapping. */
    public void fill(int index) {
        fill(aliasPage(index), index);
    }

    /** Writes the contents of several pages through the alias mapping. */
    public void fillAll(int... indexes) {
        for (int index : indexes) {
            fill(index);
        }
    }

    /** Writes the content that belongs to a page. */
    public static void fill(MemorySegment target, int index) {
        for (long offset = 0; offset < target.byteSize(); offset += Long.BYTES) {
            target.set(JAVA_LONG, offset, word(index, offset));
        }
    }

    /** {@return the content that belongs to a page} */
    public byte[] content(int index) {
        MemorySegment content = MemorySegment.ofArray(new long[(int) (pageBytes() / Long.BYTES)]);
        fill(content, index);
        return content.toArray(JAVA_BYTE);
    }

    /** Takes a run of pages off the guest mapping's page table; the file keeps them. */
    public void unmapFromGuest(int index, int count) {
        LinuxException.check(LibC.madvise(page(index), pages(count), LibC.MADV_DONTNEED), "madvise(MADV_DONTNEED)");
    }

    private static long word(int page, long offset) {
        return (page + 1) * 0x9E3779B97F4A7C15L + offset;
    }

    @Override
    public void close() {
        guest.close();
        alias.close();
        file.close();
    }
}
