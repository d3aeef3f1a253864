package dev.faultline.simulation.planted;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdBacklog;
import dev.faultline.uffd.UffdWaiter;
import java.lang.foreign.MemorySegment;

/** A userfaultfd that does what another does. */
class ForwardingUffd implements Uffd {
    private final Uffd to;

    ForwardingUffd(Uffd to) {
        this.to = to;
    }

    @Override
    public long register(long address, long lengthBytes, long modeBits) {
        return to.register(address, lengthBytes, modeBits);
    }

    @Override
    public void unregister(long address, long lengthBytes) {
        to.unregister(address, lengthBytes);
    }

    @Override
    public Outcome continuePages(long address, long lengthBytes, int flags) {
        return to.continuePages(address, lengthBytes, flags);
    }

    @Override
    public Outcome copy(long target, MemorySegment source, long lengthBytes, int flags) {
        return to.copy(target, source, lengthBytes, flags);
    }

    @Override
    public Outcome zeroPages(long address, long lengthBytes, int flags) {
        return to.zeroPages(address, lengthBytes, flags);
    }

    @Override
    public Outcome move(long target, long source, long lengthBytes, int flags) {
        return to.move(target, source, lengthBytes, flags);
    }

    @Override
    public Outcome writeProtect(long address, long lengthBytes, boolean on, int flags) {
        return to.writeProtect(address, lengthBytes, on, flags);
    }

    @Override
    public Outcome poison(long address, long lengthBytes, int flags) {
        return to.poison(address, lengthBytes, flags);
    }

    @Override
    public Outcome wake(long address, long lengthBytes) {
        return to.wake(address, lengthBytes);
    }

    @Override
    public int read(EventBatch batch) {
        return to.read(batch);
    }

    @Override
    public Uffd takeForked(EventBatch batch, int index) {
        return to.takeForked(batch, index);
    }

    @Override
    public UffdWaiter newWaiter() {
        return to.newWaiter();
    }

    @Override
    public UffdBacklog backlog() {
        return to.backlog();
    }

    @Override
    public void close() {
        to.close();
    }
}
