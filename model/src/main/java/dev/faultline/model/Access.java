package dev.faultline.model;

import dev.faultline.model.memory.AddressSpace;
import dev.faultline.model.memory.Frame;
import dev.faultline.model.memory.Pte;
import dev.faultline.model.memory.Vma;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.internal.linux.Errno;
import java.lang.foreign.MemorySegment;

/** Reads and writes memory, page by page in address order, as user code does or as the kernel does for it. */
final class Access {
    private final FaultHandler faults;
    private final Turns turns;

    Access(FaultHandler faults, Turns turns) {
        this.faults = faults;
        this.turns = turns;
    }

    /** Loads or stores as user code. A signal leaves the part before it done. */
    void byUser(ModelThread by, long address, MemorySegment data, boolean write) {
        copy(by, by.space(), address, data, write, Touch.Origin.USER, new long[1]);
    }

    /** {@return the bytes done, or {@code -EFAULT} if none was} An access of the kernel, which knows no signals. */
    long byKernel(ModelThread by, AddressSpace space, long address, MemorySegment data, boolean write) {
        long[] done = new long[1];
        try {
            copy(by, space, address, data, write, Touch.Origin.KERNEL, done);
        } catch (SigbusException | SegfaultException _) {
            return done[0] == 0 ? -Errno.EFAULT : done[0];
        }
        return done[0];
    }

    private void copy(
            ModelThread by,
            AddressSpace space,
            long address,
            MemorySegment data,
            boolean write,
            Touch.Origin origin,
            long[] done) {
        while (done[0] < data.byteSize()) {
            if (done[0] > 0) {
                turns.point("goes on to the next page");
            }
            long at = address + done[0];
            Frame frame = faults.reach(new Touch(by, space, at, write, origin));
            MemorySegment page = frame.bytes();
            long offset = at & (page.byteSize() - 1);
            long count = Math.min(page.byteSize() - offset, data.byteSize() - done[0]);
            if (write) {
                MemorySegment.copy(data, done[0], page, offset, count);
            } else {
                MemorySegment.copy(page, offset, data, done[0], count);
            }
            done[0] += count;
        }
    }

    /** Touches one byte as the kernel does to make a page present. */
    void populate(ModelThread by, long address, boolean write) {
        faults.reach(new Touch(by, by.space(), address, write, Touch.Origin.POPULATE));
    }

    /** {@return whether all of it could be read without a fault} */
    static boolean readAtOnce(AddressSpace space, long address, MemorySegment target) {
        long done = 0;
        while (done < target.byteSize()) {
            long at = address + done;
            Vma vma = space.mappings().find(at);
            if (vma == null
                    || (vma.protection() & (Vma.READ | Vma.WRITE)) == 0
                    || !(space.pages().get(vma.pageOf(at)) instanceof Pte.Present present)) {
                return false;
            }
            MemorySegment page = present.frame().bytes();
            long offset = at & (page.byteSize() - 1);
            long count = Math.min(page.byteSize() - offset, target.byteSize() - done);
            MemorySegment.copy(page, offset, target, done, count);
            done += count;
        }
        return true;
    }
}
