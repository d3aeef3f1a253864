package dev.faultline.uffd;

import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Pidfd;

/** Serves the faults of a {@link TouchMain} from this process, with descriptors that it takes out of it. */
final class OutsideHandler implements AutoCloseable {
    private static final long PAGE = PageSize.SIZE_4K.bytes();

    final Pidfd process;
    final LinuxUffd uffd;
    private final TouchMain.Told told;
    private final Memfd file;
    private final AliasMapping alias;
    private final FaultLoop loop;

    OutsideHandler(ChildJvm child, TouchMain.Told told) {
        this.told = told;
        process = Pidfd.open(child.pid());
        uffd = LinuxUffd.takeFrom(child.pid(), told.uffdNumber());
        file = Memfd.adopt(process.takeFd(told.memoryNumber()), told.lengthBytes(), PageSize.SIZE_4K);
        alias = file.mapAlias();
        loop = FaultLoop.start(uffd, this::answer);
    }

    private void answer(EventBatch batch, int index) {
        long offset = batch.address(index) - told.address();
        TestMemory.fill(alias.segment().asSlice(offset, PAGE), (int) (offset / PAGE));
        uffd.continuePages(batch.address(index), PAGE, 0);
    }

    @Override
    public void close() {
        loop.close();
        alias.close();
        file.close();
        uffd.close();
        process.close();
    }
}
