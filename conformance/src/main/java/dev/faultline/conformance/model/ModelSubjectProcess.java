package dev.faultline.conformance.model;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.RawCalls;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectFile;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.conformance.subject.SubjectThread;
import dev.faultline.model.ModelKernel;
import dev.faultline.model.ModelProcess;
import dev.faultline.model.ModelTask;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.memory.PageSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A process of the model. */
final class ModelSubjectProcess implements SubjectProcess {
    private final ModelKernel kernel;
    private final ModelProcess process;
    private final List<ModelSubjectThread> threads = new ArrayList<>();
    private @Nullable ModelProcess child;
    private boolean besideOthers;
    private boolean ended;

    private ModelSubjectProcess(ModelKernel kernel, ModelProcess process) {
        this.kernel = kernel;
        this.process = process;
    }

    static ModelSubjectProcess of(ModelKernel kernel) {
        return of(kernel, kernel.newProcess());
    }

    private static ModelSubjectProcess of(ModelKernel kernel, ModelProcess process) {
        ModelSubjectProcess subject = new ModelSubjectProcess(kernel, process);
        subject.newThread();
        return subject;
    }

    /** Remembers a child. */
    long forked(ModelProcess newChild) {
        child = newChild;
        return newChild.id();
    }

    @Override
    public SubjectThread thread() {
        return threads.getFirst();
    }

    @Override
    public SubjectThread newThread() {
        ModelSubjectThread thread = new ModelSubjectThread(this, process.newThread());
        threads.add(thread);
        return thread;
    }

    @Override
    public int idOf(SubjectThread thread) {
        return ((ModelSubjectThread) thread).thread().id();
    }

    @Override
    public Uffd openUffd(long featureBits, boolean userModeOnly) {
        return new ModelSubjectUffd(process.openUffd(featureBits, userModeOnly), this::settle);
    }

    @Override
    public void unregisterOnly(Uffd uffd, long address, long lengthBytes) {
        ((ModelSubjectUffd) uffd).model().unregisterOnly(address, lengthBytes);
        settle();
    }

    @Override
    public SubjectFile createFile(long lengthBytes, PageSize pageSize) {
        return new ModelSubjectFile(kernel, kernel.createFile("f", lengthBytes, pageSize));
    }

    @Override
    public Pagemap pagemap() {
        return process.pagemap();
    }

    @Override
    public String vmFlags(long address) {
        return mappings(address, address + 1).isEmpty() ? "" : process.vmFlags(address);
    }

    @Override
    public List<MappedRange> mappings(long start, long end) {
        return process.mappings().stream()
                .filter(range -> range.start() < end && range.end() > start)
                .map(range -> new MappedRange(range.start(), range.end()))
                .toList();
    }

    @Override
    public SubjectProcess takeChild() {
        settle();
        ModelProcess forked = child;
        if (forked == null) {
            throw new IllegalStateException("no fork is done");
        }
        child = null;
        return of(kernel, forked);
    }

    @Override
    public void swapOut(long address, long lengthBytes) {
        Result result = newThread().run(new Action.Advise(address, lengthBytes, Action.Advice.PAGEOUT));
        if (!result.isDone()) {
            throw new IllegalStateException("madvise(MADV_PAGEOUT): " + result);
        }
    }

    @Override
    public void settle() {
        if (!besideOthers) {
            boolean _ = kernel.settle();
        }
    }

    /** As a task of its own, so that the scheduler lets it take turns with the others. */
    @Override
    public void beside(Runnable call) {
        besideOthers = true;
        try {
            ModelTask<@Nullable Void> task = process.newThread().start(call);
            boolean _ = kernel.settle();
            task.failure().ifPresent(failure -> {
                throw new IllegalStateException("the handler failed", failure);
            });
        } finally {
            besideOthers = false;
        }
    }

    @Override
    public void exit() {
        if (!ended) {
            ended = true;
            process.exit();
            settle();
        }
    }

    @Override
    public Optional<RawCalls> raw() {
        return Optional.empty();
    }

    @Override
    public void close() {
        exit();
    }
}
