package dev.faultline.conformance.model;

import dev.faultline.conformance.subject.SubjectFile;
import dev.faultline.model.ModelFile;
import dev.faultline.model.ModelKernel;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.PageSize;
import java.lang.foreign.MemorySegment;

/** A memory file of the model. */
final class ModelSubjectFile implements SubjectFile {
    private final ModelKernel kernel;
    private final ModelFile file;

    ModelSubjectFile(ModelKernel kernel, ModelFile file) {
        this.kernel = kernel;
        this.file = file;
    }

    ModelFile file() {
        return file;
    }

    @Override
    public void resize(long lengthBytes) {
        file.resize(lengthBytes);
        kernel.settle();
    }

    @Override
    public void allocate(long offset, long rangeBytes) {
        file.allocate(offset, rangeBytes);
    }

    @Override
    public void swapOut(long offset, long rangeBytes) {
        long pageBytes = pageSize().bytes();
        for (long at = offset; at < offset + rangeBytes; at += pageBytes) {
            file.swapOut(at / pageBytes);
        }
    }

    @Override
    public void punchHole(long offset, long rangeBytes) {
        file.punchHole(offset, rangeBytes);
        kernel.settle();
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
