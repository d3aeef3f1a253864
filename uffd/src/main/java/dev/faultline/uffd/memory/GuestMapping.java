package dev.faultline.uffd.memory;

import dev.faultline.uffd.internal.linux.LibC;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A mapping that a userfaultfd may serve. Java knows only its address and never reads or writes through it: a thread
 * in Java state that waits for a fault cannot reach a safepoint, and the handler may need one to answer. Its guest
 * touches it from native state: a vCPU inside KVM_RUN, or memcpy as an ordinary downcall.
 */
public final class GuestMapping implements AutoCloseable {
    private final long address;
    private final long lengthBytes;
    private final AtomicBoolean closed = new AtomicBoolean();

    GuestMapping(long address, long lengthBytes) {
        this.address = address;
        this.lengthBytes = lengthBytes;
    }

    /** {@return its first byte's address} */
    public long address() {
        return address;
    }

    /** {@return its length in bytes} */
    public long lengthBytes() {
        return lengthBytes;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            LibC.munmap(address, lengthBytes);
        }
    }
}
