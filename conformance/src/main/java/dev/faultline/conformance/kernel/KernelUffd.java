package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.SettlingUffd;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A userfaultfd that a puppet opened and this process serves through the library. MOVE is the puppet's own call, because
 * the kernel refuses it from another process.
 */
final class KernelUffd extends SettlingUffd {
    private static final long UFFDIO_UNREGISTER = 0x8010aa01L;
    private static final long UFFDIO_MOVE = 0xc028aa05L;

    private final KernelProcess process;
    private final LinuxUffd uffd;
    private final long number;

    KernelUffd(KernelProcess process, LinuxUffd uffd, long number) {
        super(uffd, process::settle);
        this.process = process;
        this.uffd = uffd;
        this.number = number;
    }

    void unregisterOnly(long address, long lengthBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment range = arena.allocateFrom(ValueLayout.JAVA_LONG, address, lengthBytes);
            long result = LibC.ioctl(uffd.fd().number(), UFFDIO_UNREGISTER, range.address());
            LinuxException.check(result, "ioctl(UFFDIO_UNREGISTER)");
        }
        process.settle();
    }

    @Override
    public Outcome move(long target, long source, long lengthBytes, int flags) {
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
    public void close() {
        process.forget(number);
        super.close();
    }
}
