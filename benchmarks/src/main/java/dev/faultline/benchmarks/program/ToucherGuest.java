package dev.faultline.benchmarks.program;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process toucher.c as a guest: it has memory and a userfaultfd, and cannot be told anything. */
public final class ToucherGuest implements Guest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int ANSWER_BYTES = 64;

    private final long processId;
    private final Memfd file;
    private final Uffd uffd;
    private final Pagemap pagemap;
    private final List<GuestRegion> regions;

    private ToucherGuest(long processId, long address, Memfd file, Uffd uffd) {
        this.processId = processId;
        this.file = file;
        this.uffd = uffd;
        pagemap = LinuxPagemap.ofProcess(processId);
        regions = List.of(new GuestRegion(0, "ram", address, file));
    }

    /**
     * Takes a toucher's memory and userfaultfd.
     *
     * @param socket where it listens
     * @param lengthBytes how much memory it has
     * @param pageSize in which pages
     * @return the guest
     */
    public static ToucherGuest attach(String socket, long lengthBytes, PageSize pageSize) {
        byte[] answer = new byte[ANSWER_BYTES];
        List<Fd> fds = new ArrayList<>();
        try (UnixConnection connection = UnixConnection.connect(socket)) {
            int length = connection.receive(answer, fds, PATIENCE_NANOS);
            if (length <= 0 || fds.size() != 2) {
                throw new IllegalStateException("the toucher has passed " + fds.size() + " descriptors instead of 2");
            }
            long[] numbers = Child.numbers(new String(answer, 0, length, StandardCharsets.US_ASCII));
            Memfd file = Memfd.adopt(fds.get(0), lengthBytes, pageSize);
            return new ToucherGuest(numbers[1], numbers[0], file, LinuxUffd.adopt(fds.get(1)));
        }
    }

    @Override
    public long processId() {
        return processId;
    }

    @Override
    public String machine() {
        return "toucher";
    }

    @Override
    public List<GuestRegion> regions() {
        return regions;
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return uffd;
    }

    @Override
    public Pagemap pagemap() {
        return pagemap;
    }

    @Override
    public GuestState state() {
        return GuestState.RUNNING;
    }

    @Override
    public void pause() {
        throw new IllegalStateException("it is only memory");
    }

    @Override
    public void resume() {
        throw new IllegalStateException("it is only memory");
    }

    @Override
    public byte[] saveDeviceState() {
        throw new IllegalStateException("it is only memory");
    }

    @Override
    public void loadDeviceState(byte[] saved) {
        throw new IllegalStateException("it is only memory");
    }

    @Override
    public void relinquish() {
        throw new IllegalStateException("it is only memory");
    }

    @Override
    public void close() {
        pagemap.close();
        uffd.close();
        file.close();
    }
}
