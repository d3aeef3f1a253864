package dev.faultline.uffd.ipc;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.TestMemory;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import java.util.ArrayList;
import java.util.List;

/** Serves a guest of another process: with its userfaultfd, and through an alias mapping of its memory file. */
final class Engine implements AutoCloseable {
    final Handover guest;
    final LinuxUffd uffd;
    /** Descriptors beyond those of the userfaultfd and the memory file. */
    final List<Fd> others;

    private final Memfd file;
    final AliasMapping alias;

    private Engine(Handover guest, List<Fd> fds) {
        this.guest = guest;
        uffd = LinuxUffd.adopt(fds.get(0));
        file = Memfd.adopt(fds.get(1), guest.lengthBytes(), PageSize.ofBytes(guest.pageBytes()));
        alias = file.mapAlias();
        others = fds.subList(2, fds.size());
    }

    /** Receives a guest. */
    static Engine attach(UnixConnection connection) {
        byte[] buffer = new byte[Handover.BYTES];
        List<Fd> fds = new ArrayList<>();
        int count = connection.receive(buffer, fds, -1);
        if (count != Handover.BYTES) {
            throw new IllegalStateException("no guest came but " + count + " bytes");
        }
        return new Engine(Handover.of(buffer), fds);
    }

    /** Answers a fault with the content that belongs to its page, which is clean to whoever tracks it. */
    void answer(EventBatch batch, int index) {
        int page = guest.pageOf(batch.address(index));
        TestMemory.fill(alias.segment().asSlice(page * guest.pageBytes(), guest.pageBytes()), page);
        uffd.continuePages(guest.page(page), guest.pageBytes(), Uffd.WRITE_PROTECTED)
                .orThrow("UFFDIO_CONTINUE of page " + page);
    }

    @Override
    public void close() {
        alias.close();
        file.close();
        uffd.close();
        others.forEach(Fd::close);
    }
}
