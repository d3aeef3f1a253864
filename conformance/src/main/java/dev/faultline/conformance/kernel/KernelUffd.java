package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.SettlingUffd;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Outcome;

/**
 * A userfaultfd that a puppet opened and this process serves through the library. MOVE is the puppet's own call, because
 * the kernel refuses it from another process.
 */
final class KernelUffd extends SettlingUffd {
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

    /** {@return its descriptor in the puppet} */
    long number() {
        return number;
    }

    /** {@return its descriptor here} */
    LinuxUffd here() {
        return uffd;
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
