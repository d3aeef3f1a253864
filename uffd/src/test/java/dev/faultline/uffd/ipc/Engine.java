package dev.faultline.uffd.ipc;

import dev.faultline.uffd.FaultBatch;
import dev.faultline.uffd.TestMemory;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import java.util.ArrayList;
import java.util.List;

/** Serves a guest of another process: with its userfaultfd, and through an alias mapping of its memory file. */
final class Engine implements AutoCloseable {
    final Handover guest;
    final Uffd uffd;
    /** Descriptors beyond those of the userfaultfd and the memory file. */
    final List<Fd> others;

    private final MemoryFile file;
    private final AliasMapping alias;

    private Engine(Handover guest, List<Fd> fds) {
        this.guest = guest;
        uffd = Uffd.adopt(fds.get(0));
        file = MemoryFile.adopt(fds.get(1), guest.lengthBytes(), PageSize.ofBytes(guest.pageBytes()));
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
    void answer(FaultBatch batch, int index) {
        int page = guest.pageOf(batch.address(index));
        TestMemory.fill(alias.segment().asSlice(page * guest.pageBytes(), guest.pageBytes()), page);
        long done = uffd.continuePages(guest.page(page), guest.pageBytes(), Uffd.WRITE_PROTECTED);
        if (done != guest.pageBytes()) {
            throw new IllegalStateException("page " + page + " was not mapped: " + done);
        }
    }

    @Override
    public void close() {
        alias.close();
        file.close();
        uffd.close();
        others.forEach(Fd::close);
    }
}
