package dev.faultline.guest.qemu;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.MemorySegment;

/** A memory file that is not emptied before somebody has looked once more whether it may be. */
final class GuardedFile implements MemoryFile {
    private final MemoryFile file;
    private final Runnable beforeEmptying;

    /** The guard throws {@link GuestException} to prevent it. */
    GuardedFile(MemoryFile file, Runnable beforeEmptying) {
        this.file = file;
        this.beforeEmptying = beforeEmptying;
    }

    @Override
    public void punchHole(long offset, long rangeBytes) {
        if (offset == 0 && rangeBytes == lengthBytes()) {
            beforeEmptying.run();
        }
        file.punchHole(offset, rangeBytes);
    }

    @Override
    public long lengthBytes() {
        return file.lengthBytes();
    }

    @Override
    public PageSize pageSize() {
        return file.pageSize();
    }

    @Override
    public AliasMapping mapAlias() {
        return file.mapAlias();
    }

    @Override
    public long nextData(long offset) {
        return file.nextData(offset);
    }

    @Override
    public long nextHole(long offset) {
        return file.nextHole(offset);
    }

    @Override
    public void read(long offset, MemorySegment target) {
        file.read(offset, target);
    }

    @Override
    public String identity() {
        return file.identity();
    }

    @Override
    public long allocatedBytes() {
        return file.allocatedBytes();
    }

    @Override
    public void close() {
        file.close();
    }
}
