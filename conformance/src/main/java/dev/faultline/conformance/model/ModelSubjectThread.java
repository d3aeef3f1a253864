package dev.faultline.conformance.model;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectThread;
import dev.faultline.model.Advice;
import dev.faultline.model.MapRequest;
import dev.faultline.model.ModelFile;
import dev.faultline.model.ModelTask;
import dev.faultline.model.ModelThread;
import dev.faultline.model.SegfaultException;
import dev.faultline.model.SigbusException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A thread of the model that does actions. */
final class ModelSubjectThread implements SubjectThread {
    private static final byte COPIED = 0x5a;

    private final ModelSubjectProcess process;
    private final ModelThread thread;
    private @Nullable ModelTask<Long> task;

    ModelSubjectThread(ModelSubjectProcess process, ModelThread thread) {
        this.process = process;
        this.thread = thread;
    }

    ModelThread thread() {
        return thread;
    }

    @Override
    public Result run(Action action) {
        begin(action);
        return result();
    }

    @Override
    public void begin(Action action) {
        task = thread.start(() -> call(action));
    }

    @Override
    public Result result() {
        process.settle();
        ModelTask<Long> current = task;
        if (current == null) {
            throw new IllegalStateException("the thread has done nothing yet");
        }
        if (!current.isDone()) {
            ModelTask.Blocked where = current.blockedIn().orElseThrow();
            return new Result.Blocked(where == ModelTask.Blocked.FAULT ? Result.Place.FAULT : Result.Place.EVENT);
        }
        return current.failure().map(ModelSubjectThread::signal).orElseGet(() -> Result.of(current.result()));
    }

    private static Result signal(Throwable failure) {
        return switch (failure) {
            case SigbusException _ -> new Result.Signalled(Result.Signal.SIGBUS);
            case SegfaultException _ -> new Result.Signalled(Result.Signal.SIGSEGV);
            default -> throw new IllegalStateException("the model failed", failure);
        };
    }

    @Override
    public void interrupt() {
        thread.interrupt();
        process.settle();
    }

    private long call(Action action) {
        return switch (action) {
            case Action.Load load -> Byte.toUnsignedLong(thread.load(load.address()));
            case Action.Store store -> {
                thread.store(store.address(), (byte) store.value());
                yield 0;
            }
            case Action.KernelWrite write ->
                thread.kernelWrite(write.address(), MemorySegment.ofArray(copied(write.lengthBytes())));
            case Action.KernelRead read ->
                thread.kernelRead(read.address(), MemorySegment.ofArray(new byte[(int) read.lengthBytes()]));
            case Action.Map map -> thread.mmap(request(map));
            case Action.Unmap unmap -> thread.munmap(unmap.address(), unmap.lengthBytes());
            case Action.Advise advise ->
                thread.madvise(
                        advise.address(),
                        advise.lengthBytes(),
                        Advice.valueOf(advise.advice().name()));
            case Action.Remap remap -> remap(remap);
            case Action.Protect protect ->
                thread.mprotect(protect.address(), protect.lengthBytes(), protect.protection());
            case Action.Lock _ -> throw new UnsupportedOperationException("the model locks no memory");
            case Action.Fork _ -> process.forked(thread.fork());
        };
    }

    private long remap(Action.Remap remap) {
        int flags = (remap.newAddress() == 0 ? 0 : ModelThread.MREMAP_MAYMOVE | ModelThread.MREMAP_FIXED)
                | (remap.keepOld() ? ModelThread.MREMAP_DONTUNMAP | ModelThread.MREMAP_MAYMOVE : 0);
        return thread.mremap(remap.address(), remap.lengthBytes(), remap.newLengthBytes(), flags, remap.newAddress());
    }

    private static MapRequest request(Action.Map map) {
        ModelFile file = map.file() instanceof ModelSubjectFile wrapped ? wrapped.file() : null;
        return new MapRequest(
                map.address(),
                map.lengthBytes(),
                map.protection(),
                map.shared(),
                file,
                map.offset(),
                map.huge(),
                MapRequest.Placement.FIXED,
                false,
                map.readOnlyFile());
    }

    private static byte[] copied(long lengthBytes) {
        byte[] bytes = new byte[(int) lengthBytes];
        Arrays.fill(bytes, COPIED);
        return bytes;
    }
}
