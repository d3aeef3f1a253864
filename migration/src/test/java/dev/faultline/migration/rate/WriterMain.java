package dev.faultline.migration.rate;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Maps a memory file and writes to it as its standard input says, answering each line with one. */
final class WriterMain {
    static final String FILE = "written";

    private static final int MAP_FIXED = 0x10;
    private static final int BURST = 16;

    private final PageSize pageSize;
    private final int pages;
    private final Memfd file;
    private final List<GuestMapping> mappings = new ArrayList<>();
    private final List<MemorySegment> diskMappings = new ArrayList<>();
    private Thread writer = new Thread(() -> {});
    private volatile boolean stopped;
    private volatile long written;

    private WriterMain(PageSize pageSize, int pages) {
        this.pageSize = pageSize;
        this.pages = pages;
        file = Memfd.create(FILE, pages * pageSize.bytes(), pageSize);
        mappings.add(file.mapGuest());
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        WriterMain main = new WriterMain(PageSize.ofBytes(Long.parseLong(args[0])), Integer.parseInt(args[1]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("ready");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(main.answer(line.split(" ", -1)));
        }
    }

    private String answer(String[] words) throws IOException, InterruptedException {
        switch (words[0]) {
            case "map" -> mappings.add(file.mapGuest());
            case "map-disk" -> mapDisk(Path.of(words[1]));
            case "write" -> write(number(words[1]), number(words[2]), number(words[3]));
            case "replace" -> replace(number(words[1]), number(words[2]));
            case "begin" -> begin(number(words[1]));
            case "end" -> {
                return Long.toString(end());
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }

    private void write(int mapping, int first, int count) {
        for (int page = first; page < first + count; page++) {
            mappings.get(mapping).store(page * pageSize.bytes(), (byte) (page + 1));
        }
    }

    /** Puts other memory in the place of some pages. */
    private void replace(int first, int count) {
        long address = mappings.getFirst().address() + first * pageSize.bytes();
        int flags = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | MAP_FIXED;
        long result = LibC.mmap(address, count * pageSize.bytes(), LibC.PROT_READ | LibC.PROT_WRITE, flags, -1, 0);
        if (result != address) {
            throw new IllegalStateException("mmap: " + result);
        }
    }

    private void mapDisk(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            diskMappings.add(channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), Arena.global()));
        }
    }

    /** Begins to write page after page, so many in each second at most. */
    private void begin(int pagesPerSecond) {
        stopped = false;
        writer = Thread.ofPlatform().daemon().start(() -> {
            long begin = System.nanoTime();
            long done = 0;
            while (!stopped) {
                write(0, (int) (done % pages), 1);
                done++;
                written = done;
                long due = begin + done * TimeUnit.SECONDS.toNanos(1) / pagesPerSecond;
                while (done % BURST == 0 && System.nanoTime() < due && !stopped) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            }
        });
    }

    private long end() throws InterruptedException {
        stopped = true;
        writer.join();
        return written;
    }
}
