package dev.faultline.examples;

import dev.faultline.uffd.paged.PageSource;
import dev.faultline.uffd.paged.PagedRegion;
import dev.faultline.uffd.paged.PagedRegionOptions;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file as memory: each page is read when it is first used, and written back when it is evicted. */
final class LazyFile implements PageSource {
    private static final int PAGES = 256;
    private static final int PAGE_BYTES = 4096;

    private final FileChannel file;

    private LazyFile(FileChannel file) {
        this.file = file;
    }

    public static void main(String[] arguments) throws IOException {
        Path path = Files.createTempFile("lazy", ".data");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            fill(channel);
            LazyFile source = new LazyFile(channel);
            try (PagedRegion region = PagedRegion.open(
                    PagedRegionOptions.of((long) PAGES * PAGE_BYTES).forUserModeOnly(), source)) {
                use(region);
            }
            ByteBuffer written = ByteBuffer.allocate(1);
            channel.read(written, 200L * PAGE_BYTES);
            System.out.println("the file has " + written.get(0) + " at page 200");
        } finally {
            Files.delete(path);
        }
    }

    private static void use(PagedRegion region) {
        for (int page : new int[] {7, 200, 7}) {
            // Java code sees only pages that are there; a segment is valid within the access.
            byte value = region.read((long) page * PAGE_BYTES, 1, segment -> segment.get(ValueLayout.JAVA_BYTE, 0));
            System.out.println("page " + page + " begins with " + value);
        }
        region.write(200L * PAGE_BYTES, 1, segment -> {
            segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 99);
            return true;
        });
        System.out.println(region.residentBytes() / PAGE_BYTES + " of " + PAGES + " pages are in memory");
        region.evict(0, region.lengthBytes());
        System.out.println(region.residentBytes() / PAGE_BYTES + " after they were evicted");
    }

    @Override
    public void load(long offset, MemorySegment page) throws IOException {
        System.out.println("loading page " + offset / PAGE_BYTES);
        ByteBuffer target = page.asByteBuffer();
        while (target.hasRemaining() && file.read(target, offset + target.position()) >= 0) {
            // A file may give less than it is asked for; behind its end the page stays zero.
        }
    }

    @Override
    public void store(long offset, MemorySegment page) throws IOException {
        System.out.println("storing page " + offset / PAGE_BYTES);
        ByteBuffer source = page.asByteBuffer();
        while (source.hasRemaining()) {
            file.write(source, offset + source.position());
        }
    }

    private static void fill(FileChannel file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(PAGES * PAGE_BYTES);
        for (int page = 0; page < PAGES; page++) {
            content.put(page * PAGE_BYTES, (byte) page);
        }
        file.write(content, 0);
    }
}
