package dev.faultline.simulation.sweep;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdBacklog;
import dev.faultline.uffd.UffdEvent;
import dev.faultline.uffd.UffdWaiter;
import java.lang.foreign.MemorySegment;

/** The calls of userfaultfd that a migration makes. */
final class SweptUffd implements Uffd {
    private final SweptMemory memory;

    SweptUffd(SweptMemory memory) {
        this.memory = memory;
    }

    @Override
    public long register(long address, long lengthBytes, long modeBits) {
        if ((modeBits & RegisterMode.MINOR.mask()) != 0) {
            memory.watch(address, lengthBytes);
        }
        return 0;
    }

    @Override
    public void unregister(long address, long lengthBytes) {
        memory.unregister(address, lengthBytes);
    }

    @Override
    public Outcome continuePages(long address, long lengthBytes, int flags) {
        memory.map(address, lengthBytes);
        return Outcome.DONE;
    }

    @Override
    public Outcome writeProtect(long address, long lengthBytes, boolean on, int flags) {
        memory.protect(address, lengthBytes);
        return Outcome.DONE;
    }

    @Override
    public Outcome wake(long address, long lengthBytes) {
        return Outcome.DONE; // who waits here is woken by what it waits for
    }

    @Override
    public int read(EventBatch batch) {
        int count = 0;
        while (count < batch.capacity()) {
            long address = memory.nextFault(count == 0);
            if (address == 0) {
                break;
            }
            batch.put(count, new UffdEvent.PageFault(UffdEvent.PageFault.MINOR, address, 0));
            count++;
        }
        return count;
    }

    @Override
    public UffdWaiter newWaiter() {
        return new SweptWaiter(memory);
    }

    private static final class SweptWaiter implements UffdWaiter {
        private final SweptMemory memory;
        private boolean ended;

        SweptWaiter(SweptMemory memory) {
            this.memory = memory;
        }

        @Override
        public boolean await(long timeoutNanos) {
            return memory.awaitFault(() -> ended, Math.max(timeoutNanos, PatientHost.IDLE_NANOS)) && !ended;
        }

        @Override
        public void end() {
            ended = true;
            memory.endWaits();
        }

        @Override
        public boolean hasEnded() {
            return ended;
        }

        @Override
        public void close() {
            // There is nothing to give back.
        }
    }

    @Override
    public Outcome copy(long target, MemorySegment source, long lengthBytes, int flags) {
        throw notSwept("COPY");
    }

    @Override
    public Outcome zeroPages(long address, long lengthBytes, int flags) {
        throw notSwept("ZEROPAGE");
    }

    @Override
    public Outcome move(long target, long source, long lengthBytes, int flags) {
        throw notSwept("MOVE");
    }

    @Override
    public Outcome poison(long address, long lengthBytes, int flags) {
        throw notSwept("POISON");
    }

    @Override
    public Uffd takeForked(EventBatch batch, int index) {
        throw notSwept("a fork");
    }

    @Override
    public UffdBacklog backlog() {
        throw notSwept("the backlog");
    }

    private static UnsupportedOperationException notSwept(String what) {
        return new UnsupportedOperationException("no engine was to need " + what + " of memory without content");
    }

    @Override
    public void close() {
        // There is nothing to give back.
    }
}
