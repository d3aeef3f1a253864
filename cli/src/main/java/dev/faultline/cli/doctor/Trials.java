package dev.faultline.cli.doctor;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.ipc.UnixConnection;
import dev.faultline.uffd.ipc.UnixListener;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.Poller;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Small migrations of a page or two. Each returns what went wrong, or an empty string. */
final class Trials {
    private static final int PAGE_BYTES = 4096;
    private static final int PAGES = 4;
    private static final byte CONTENT = 42;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final String NAME = "faultline-doctor";

    private Trials() {}

    /** Has a thread touch a page whose content the file holds, and answers its fault. */
    static String minorFault() {
        try (Memfd file = Memfd.create(NAME, PAGES * PAGE_BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest();
                AliasMapping alias = file.mapAlias();
                LinuxUffd uffd = LinuxUffd.open(EnumSet.of(UffdFeature.MINOR_SHMEM, UffdFeature.MISSING_SHMEM));
                EventBatch batch = new EventBatch(1)) {
            alias.segment().set(ValueLayout.JAVA_BYTE, PAGE_BYTES, CONTENT);
            uffd.register(guest.address(), guest.lengthBytes(), EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR));
            AtomicInteger seen = new AtomicInteger();
            Thread toucher = Thread.ofPlatform().daemon().start(() -> seen.set(guest.touch(PAGE_BYTES)));
            String problem = answer(uffd, batch, guest);
            // Whatever went wrong, the thread must not wait for ever.
            uffd.unregister(guest.address(), guest.lengthBytes());
            join(toucher);
            return problem.isEmpty() && seen.get() != CONTENT ? "the page had the wrong content" : problem;
        }
    }

    private static String answer(LinuxUffd uffd, EventBatch batch, GuestMapping guest) {
        if (!Poller.awaitReadable(uffd.fd(), LIMIT_NANOS) || uffd.read(batch) != 1) {
            return "touching a page gave no fault";
        }
        if (!batch.isMinor(0) || batch.address(0) != guest.address() + PAGE_BYTES) {
            return "touching a page gave the wrong fault";
        }
        Outcome outcome = uffd.continuePages(guest.address() + PAGE_BYTES, PAGE_BYTES, 0);
        return outcome.isDone() ? "" : "UFFDIO_CONTINUE gave " + outcome;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Protects a few pages, has one written, and asks which. */
    static String tracking() {
        EnumSet<UffdFeature> features =
                EnumSet.of(UffdFeature.WP_ASYNC, UffdFeature.WP_UNPOPULATED, UffdFeature.WP_HUGETLBFS_SHMEM);
        try (Memfd file = Memfd.create(NAME, PAGES * PAGE_BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest();
                AliasMapping alias = file.mapAlias();
                LinuxUffd uffd = LinuxUffd.open(features);
                LinuxPagemap pagemap = LinuxPagemap.ofSelf()) {
            uffd.register(alias.segment().address(), guest.lengthBytes(), EnumSet.of(RegisterMode.WRITE_PROTECT));
            uffd.writeProtect(alias.segment().address(), guest.lengthBytes(), true, 0)
                    .orThrow("UFFDIO_WRITEPROTECT");
            // With WP_ASYNC the kernel lets the write through by itself, so that Java code may do it.
            alias.segment().set(ValueLayout.JAVA_BYTE, 2 * PAGE_BYTES, CONTENT);
            List<Long> written = new ArrayList<>();
            pagemap.takeWritten(
                    alias.segment().address(),
                    guest.lengthBytes(),
                    (address, bytes) ->
                            written.add((address - alias.segment().address()) / PAGE_BYTES * 10 + bytes / PAGE_BYTES));
            return written.equals(List.of(21L)) ? "" : "PAGEMAP_SCAN found " + written;
        }
    }

    /** Sends a memory file to itself. */
    static String passing() {
        String name = "@" + NAME + "-" + ProcessHandle.current().pid();
        try (UnixListener listener = UnixListener.listen(name);
                UnixConnection client = UnixConnection.connect(name);
                UnixConnection server = listener.accept();
                Memfd file = Memfd.create(NAME, PAGE_BYTES, PageSize.SIZE_4K)) {
            List<Fd> fds = new ArrayList<>();
            client.send(new byte[1], List.of(file.fd()));
            server.receive(new byte[1], fds, LIMIT_NANOS);
            fds.forEach(Fd::close);
            return fds.size() == 1 ? "" : "the descriptor did not arrive";
        }
    }
}
