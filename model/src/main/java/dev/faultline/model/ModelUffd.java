package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Context;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdBacklog;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdWaiter;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.MemorySegment;

/**
 * A userfaultfd of the model. Who calls is the thread whose task it is; the driver's calls count as those of a thread of
 * the process that opened it.
 */
public final class ModelUffd implements Uffd {
    private final ModelKernel kernel;
    private final Context context;
    private volatile boolean closed;

    ModelUffd(ModelKernel kernel, Context context) {
        this.kernel = kernel;
        this.context = context;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this userfaultfd was closed");
        }
    }

    @Override
    public long register(long address, long lengthBytes, long modeBits) {
        requireOpen();
        long result =
                kernel.call("REGISTER", () -> kernel.registration().register(context, address, lengthBytes, modeBits));
        String call = "UFFDIO_REGISTER modes=0x" + Long.toHexString(modeBits);
        return LinuxException.check(result, describe(call, address, lengthBytes));
    }

    @Override
    public void unregister(long address, long lengthBytes) {
        requireOpen();
        long result = kernel.call("UNREGISTER", () -> kernel.registration().unregister(context, address, lengthBytes));
        wake(address, lengthBytes);
        LinuxException.check(result, describe("UFFDIO_UNREGISTER", address, lengthBytes));
    }

    /**
     * Unregisters as the kernel's call alone does, without the wake that {@link #unregister} adds.
     *
     * @param address the first byte
     * @param lengthBytes a multiple of the page size
     * @throws LinuxException as {@link #unregister}
     */
    public void unregisterOnly(long address, long lengthBytes) {
        requireOpen();
        long result = kernel.call("UNREGISTER", () -> kernel.registration().unregister(context, address, lengthBytes));
        LinuxException.check(result, describe("UFFDIO_UNREGISTER", address, lengthBytes));
    }

    @Override
    public Outcome continuePages(long address, long lengthBytes, int flags) {
        return fill(new Fill.Request(context, Fill.Kind.CONTINUE, address, lengthBytes, flags, null));
    }

    @Override
    public Outcome zeroPages(long address, long lengthBytes, int flags) {
        return fill(new Fill.Request(context, Fill.Kind.ZEROPAGE, address, lengthBytes, flags, null));
    }

    @Override
    public Outcome poison(long address, long lengthBytes, int flags) {
        return fill(new Fill.Request(context, Fill.Kind.POISON, address, lengthBytes, flags, null));
    }

    @Override
    public Outcome copy(long target, MemorySegment source, long lengthBytes, int flags) {
        if (!source.isNative() || source.byteSize() < lengthBytes) {
            throw new IllegalArgumentException(
                    "the source of a COPY of " + lengthBytes + " bytes is no native memory of that length: " + source);
        }
        Fill.Source content = new NativeSource(source);
        return fill(new Fill.Request(context, Fill.Kind.COPY, target, lengthBytes, flags, content));
    }

    /**
     * As {@link #copy(long, MemorySegment, long, int)}, from memory of the calling thread's process in the model. Faults
     * there are resolved on the way, and may have to be resolved by a userfaultfd.
     *
     * @param target the first page
     * @param source where in the caller's memory; it need not be aligned
     * @param lengthBytes a multiple of the page size
     * @param flags {@link #DONT_WAKE}, {@link #WRITE_PROTECTED}, or 0
     * @param by the thread that calls
     * @return how it ended; NO_PAGE if the source cannot be read
     */
    public Outcome copyFrom(long target, long source, long lengthBytes, int flags, ModelThread by) {
        Fill.Source content = new MappedSource(kernel.access(), by, source);
        return fill(new Fill.Request(context, Fill.Kind.COPY, target, lengthBytes, flags, content));
    }

    private Outcome fill(Fill.Request request) {
        requireOpen();
        return kernel.call(request.kind().name(), () -> kernel.fill().run(request));
    }

    @Override
    public Outcome move(long target, long source, long lengthBytes, int flags) {
        requireOpen();
        return kernel.call(
                "MOVE", () -> kernel.moving().run(context, callerSpace(), target, source, lengthBytes, flags));
    }

    private AddressSpace callerSpace() {
        ModelThread caller = kernel.caller();
        return caller == null ? context.space() : caller.space();
    }

    @Override
    public Outcome writeProtect(long address, long lengthBytes, boolean on, int flags) {
        requireOpen();
        int mode = (on ? WriteProtection.MODE_PROTECT : 0)
                | ((flags & DONT_WAKE) != 0 ? WriteProtection.MODE_DONT_WAKE : 0)
                | (flags & ~DONT_WAKE);
        return kernel.call("WRITEPROTECT", () -> kernel.writeProtection().run(context, address, lengthBytes, mode));
    }

    @Override
    public Outcome wake(long address, long lengthBytes) {
        requireOpen();
        return kernel.call("WAKE", () -> {
            if (!Ranges.isValid(address, lengthBytes)) {
                return Outcome.failure(Errno.EINVAL, false);
            }
            context.wake(address, lengthBytes, kernel.turns());
            return Outcome.DONE;
        });
    }

    /** userfaultfd_read. Whose event is read goes on at once, and may have the next one ready before this ends. */
    @Override
    public int read(EventBatch batch) {
        requireOpen();
        return kernel.call("read", () -> {
            int count = 0;
            while (count < batch.capacity() && context.readInto(batch, count, kernel::numberOfForked, kernel.turns())) {
                count++;
                kernel.turns().point("reads on");
            }
            return count;
        });
    }

    @Override
    public ModelUffd takeForked(EventBatch batch, int index) {
        if (batch.event(index) instanceof UffdEvent.Fork fork) {
            return new ModelUffd(kernel, kernel.takeForked(fork.number()));
        }
        throw new IllegalArgumentException("the event is no FORK");
    }

    @Override
    public UffdWaiter newWaiter() {
        requireOpen();
        return new ModelUffdWaiter(kernel, context);
    }

    /** {@return the faults that nobody has read, and those that nobody has woken; events do not count in the kernel} */
    @Override
    public UffdBacklog backlog() {
        return kernel.call("read of fdinfo", () -> new UffdBacklog(context.unreadFaults(), context.unresolvedFaults()));
    }

    /**
     * Shakes hands again, which the kernel refuses: once for each descriptor.
     *
     * @param featureBits UFFD_FEATURE_*
     * @throws LinuxException EINVAL
     */
    public void handshake(long featureBits) {
        requireOpen();
        throw new LinuxException(
                "ioctl(UFFDIO_API, features=0x" + Long.toHexString(featureBits) + ")", Errno.EINVAL, "");
    }

    @Override
    public void close() {
        kernel.call("close", () -> {
            if (!closed) {
                closed = true;
                kernel.registration().release(context);
            }
            return 0;
        });
    }

    private static String describe(String call, long address, long lengthBytes) {
        return String.format("ioctl(%s, address=0x%x, lengthBytes=%d)", call, address, lengthBytes);
    }
}
