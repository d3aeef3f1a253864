package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.SubjectFile;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;

/** A memory file that a puppet made, and that this process holds too. */
final class KernelFile implements SubjectFile {
    private static final int SEEK_END = 2;

    private final KernelProcess process;
    private final long number;
    private final Memfd memfd;

    KernelFile(KernelProcess process, long number, Memfd memfd) {
        this.process = process;
        this.number = number;
        this.memfd = memfd;
    }

    /** {@return its descriptor in the puppet} */
    long number() {
        return number;
    }

    /** {@return a second descriptor of it in the puppet, that is open for reading only} */
    long readOnlyNumber() {
        return process.openReadOnly("/proc/self/fd/" + number);
    }

    @Override
    public void resize(long lengthBytes) {
        LinuxException.check(LibC.ftruncate(memfd.fd().number(), lengthBytes), "ftruncate(" + lengthBytes + ")");
        process.settle();
    }

    @Override
    public void allocate(long offset, long rangeBytes) {
        LinuxException.check(LibC.fallocate(memfd.fd().number(), 0, offset, rangeBytes), "fallocate");
    }

    @Override
    public void swapOut(long offset, long rangeBytes) {
        new PageOut(process).swapOut(this, offset, rangeBytes);
    }

    @Override
    public void punchHole(long offset, long rangeBytes) {
        memfd.punchHole(offset, rangeBytes);
        process.settle();
    }

    /** As long as it is now: also a mapping in the puppet makes a file of huge pages longer. */
    @Override
    public long lengthBytes() {
        return LinuxException.check(LibC.lseek(memfd.fd().number(), 0, SEEK_END), "lseek(SEEK_END)");
    }

    @Override
    public PageSize pageSize() {
        return memfd.pageSize();
    }

    /** Of what the file holds now: a longer mapping would make a file of huge pages longer. */
    @Override
    public AliasMapping mapAlias() {
        try (Memfd current = Memfd.adopt(process.take(number), lengthBytes(), pageSize())) {
            return current.mapAlias();
        }
    }

    @Override
    public long nextData(long offset) {
        return memfd.nextData(offset);
    }

    @Override
    public long nextHole(long offset) {
        return memfd.nextHole(offset);
    }

    @Override
    public void read(long offset, MemorySegment target) {
        memfd.read(offset, target);
    }

    @Override
    public String identity() {
        return memfd.identity();
    }

    @Override
    public long allocatedBytes() {
        return memfd.allocatedBytes();
    }

    @Override
    public void close() {
        memfd.close();
    }
}
