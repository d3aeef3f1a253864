package dev.faultline.conformance.kernel;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdBacklog;
import dev.faultline.uffd.UffdWaiter;
import java.lang.foreign.MemorySegment;

/**
 * A userfaultfd that a puppet opened and this process serves through the library. MOVE is the puppet's own call, because
 * the kernel refuses it from another process. Each call returns when the puppet's threads have settled.
 */
final class KernelUffd implements Uffd {
    private static final long UFFDIO_MOVE = 0xc028aa05L;
    private static final int NOT_IN_PUPPET = -1;

    private final KernelProcess process;
    private final LinuxUffd uffd;
    private final long number;

    KernelUffd(KernelProcess process, LinuxUffd uffd, long number) {
        this.process = process;
        this.uffd = uffd;
        this.number = number;
    }

    @Override
    public long register(long address, long lengthBytes, long modeBits) {
        return uffd.register(address, lengthBytes, modeBits);
    }

    @Override
    public void unregister(long address, long lengthBytes) {
        try {
            uffd.unregister(address, lengthBytes);
        } finally {
            process.settle();
        }
    }

    @Override
    public Outcome continuePages(long address, long lengthBytes, int flags) {
        return settled(uffd.continuePages(address, lengthBytes, flags));
    }

    @Override
    public Outcome copy(long target, MemorySegment source, long lengthBytes, int flags) {
        return settled(uffd.copy(target, source, lengthBytes, flags));
    }

    @Override
    public Outcome zeroPages(long address, long lengthBytes, int flags) {
        return settled(uffd.zeroPages(address, lengthBytes, flags));
    }

    @Override
    public Outcome move(long target, long source, long lengthBytes, int flags) {
        if (number == NOT_IN_PUPPET) {
            return settled(uffd.move(target, source, lengthBytes, flags));
        }
        ProcessMemory memory = process.memory();
        memory.put(0, target, source, lengthBytes, flags, 0);
        long result = process.service().call(Command.syscall(X86.IOCTL, number, UFFDIO_MOVE, ProcessMemory.SCRATCH));
        long field = memory.word(32);
        if (result >= 0) {
            return settled(Outcome.DONE);
        }
        return settled(field > 0 ? Outcome.partial(field) : Outcome.failure((int) -result, field != 0));
    }

    @Override
    public Outcome writeProtect(long address, long lengthBytes, boolean on, int flags) {
        return settled(uffd.writeProtect(address, lengthBytes, on, flags));
    }

    @Override
    public Outcome poison(long address, long lengthBytes, int flags) {
        return settled(uffd.poison(address, lengthBytes, flags));
    }

    @Override
    public Outcome wake(long address, long lengthBytes) {
        return settled(uffd.wake(address, lengthBytes));
    }

    @Override
    public int read(EventBatch batch) {
        int count = uffd.read(batch);
        process.settle();
        return count;
    }

    @Override
    public Uffd takeForked(EventBatch batch, int index) {
        return new KernelUffd(process, uffd.takeForked(batch, index), NOT_IN_PUPPET);
    }

    @Override
    public UffdWaiter newWaiter() {
        return uffd.newWaiter();
    }

    @Override
    public UffdBacklog backlog() {
        return uffd.backlog();
    }

    @Override
    public void close() {
        uffd.close();
        if (number != NOT_IN_PUPPET) {
            process.forget(number);
        }
        process.settle();
    }

    private Outcome settled(Outcome outcome) {
        process.settle();
        return outcome;
    }
}
