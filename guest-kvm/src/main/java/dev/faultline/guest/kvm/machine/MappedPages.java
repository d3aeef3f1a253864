package dev.faultline.guest.kvm.machine;

import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.memory.GuestMapping;
import java.lang.foreign.MemorySegment;

/** Guest memory behind a mapping of the kernel, touched in native state only: the thread that answers may be Java's. */
final class MappedPages implements GuestPages {
    private final long mappingAddress;

    MappedPages(GuestMapping mapping) {
        mappingAddress = mapping.address();
    }

    @Override
    public boolean holds(long guestAddress, MemorySegment expected) {
        return NativeMemory.compare(mappingAddress + guestAddress, expected.address(), expected.byteSize()) == 0;
    }

    @Override
    public void read(long guestAddress, MemorySegment target) {
        NativeMemory.copy(target.address(), mappingAddress + guestAddress, target.byteSize());
    }

    @Override
    public void write(long guestAddress, MemorySegment source) {
        NativeMemory.copy(mappingAddress + guestAddress, source.address(), source.byteSize());
    }
}
