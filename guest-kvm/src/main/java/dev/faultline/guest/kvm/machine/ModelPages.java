package dev.faultline.guest.kvm.machine;

import dev.faultline.model.ModelThread;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Guest memory in an address space of the model, touched by one of its threads. */
public final class ModelPages implements GuestPages {
    private final ModelThread thread;
    private final long mappingAddress;
    private MemorySegment found = MemorySegment.NULL;

    /**
     * Makes a vCPU's way to its memory.
     *
     * @param thread of the model; used by the vCPU alone
     * @param mappingAddress where the guest's memory is mapped
     */
    public ModelPages(ModelThread thread, long mappingAddress) {
        this.thread = thread;
        this.mappingAddress = mappingAddress;
    }

    @Override
    public boolean holds(long guestAddress, MemorySegment expected) {
        if (found.byteSize() != expected.byteSize()) {
            found = Arena.ofAuto().allocate(expected.byteSize(), Long.BYTES);
        }
        thread.read(mappingAddress + guestAddress, found);
        return found.mismatch(expected) < 0;
    }

    @Override
    public void read(long guestAddress, MemorySegment target) {
        thread.read(mappingAddress + guestAddress, target);
    }

    @Override
    public void write(long guestAddress, MemorySegment source) {
        thread.write(mappingAddress + guestAddress, source);
    }
}
