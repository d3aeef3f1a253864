package dev.faultline.conformance.subject;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdBacklog;
import dev.faultline.uffd.UffdWaiter;
import java.lang.foreign.MemorySegment;

/** A userfaultfd whose calls return when every thread of the subject has completed its action or is blocked. */
public class SettlingUffd implements Uffd {
    private final Uffd uffd;
    private final Runnable settle;

    /**
     * Wraps one.
     *
     * @param uffd does the work
     * @param settle returns when all threads have settled
     */
    public SettlingUffd(Uffd uffd, Runnable settle) {
        this.uffd = uffd;
        this.settle = settle;
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
            settle.run();
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
        return settled(uffd.move(target, source, lengthBytes, flags));
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
        try {
            return uffd.read(batch);
        } finally {
            settle.run();
        }
    }

    @Override
    public Uffd takeForked(EventBatch batch, int index) {
        return new SettlingUffd(uffd.takeForked(batch, index), settle);
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
        settle.run();
    }

    /** {@return the outcome, when all threads have settled} */
    protected final Outcome settled(Outcome outcome) {
        settle.run();
        return outcome;
    }
}
