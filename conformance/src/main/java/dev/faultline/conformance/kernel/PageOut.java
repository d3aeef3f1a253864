package dev.faultline.conformance.kernel;

import static dev.faultline.conformance.subject.Action.Advice.PAGEOUT;

import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;

/**
 * Has pages of a puppet's memory written to swap: MADV_PAGEOUT, which takes what no other process maps. It passes over a
 * page that still waits in a CPU's queue to be put on a list, and first empties the queues of the CPU that it runs on; so
 * it is called on one CPU after the other. Source: lru_add_drain, mm/swap.c, Linux 6.18.
 */
final class PageOut {
    private static final long ALIAS = 0x6000_0000_0000L;
    private static final long PAGE_BYTES = 4096;
    private static final int TRIES = 100;

    private final KernelProcess process;
    private final PuppetThread service;

    PageOut(KernelProcess process) {
        this.process = process;
        service = process.service();
    }

    /** Writes pages out that this process maps. */
    void swapOut(long address, long lengthBytes) {
        long all = allowedCpus();
        for (int i = 0; i < TRIES && isPresent(address, lengthBytes); i++) {
            for (long left = all; left != 0; left &= left - 1) {
                runOn(Long.lowestOneBit(left));
                service.check(Command.syscall(X86.MADVISE, address, lengthBytes, PAGEOUT.number()));
            }
        }
        runOn(all);
        if (isPresent(address, lengthBytes)) {
            throw new IllegalStateException("the kernel keeps a page in memory that it should write to swap");
        }
    }

    /** Writes pages of a file out, by a mapping of its own. */
    void swapOut(KernelFile file, long offset, long lengthBytes) {
        long shared = X86.MAP_SHARED | X86.MAP_FIXED;
        service.check(
                Command.syscall(X86.MMAP, ALIAS, lengthBytes, X86.PROT_READ_WRITE, shared, file.number(), offset));
        for (long at = 0; at < lengthBytes; at += PAGE_BYTES) {
            service.check(Command.load(ALIAS + at));
        }
        swapOut(ALIAS, lengthBytes);
        service.check(Command.syscall(X86.MUNMAP, ALIAS, lengthBytes));
    }

    /** {@return the CPUs that the puppet may run on, as bits; of a large machine the first 64 of its mask's room} */
    private long allowedCpus() {
        service.check(
                Command.syscall(X86.SCHED_GETAFFINITY, 0, ProcessMemory.SCRATCH_BYTES / 2, ProcessMemory.SCRATCH));
        return process.memory().word(0);
    }

    private void runOn(long cpus) {
        process.memory().put(0, cpus);
        service.check(Command.syscall(X86.SCHED_SETAFFINITY, 0, Long.BYTES, ProcessMemory.SCRATCH));
    }

    private boolean isPresent(long address, long lengthBytes) {
        boolean[] found = {false};
        try (Pagemap pagemap = process.pagemap()) {
            pagemap.scan(
                    PagemapScan.anyOf(address, lengthBytes, PageCategory.PRESENT.mask()), (_, _, _) -> found[0] = true);
        }
        return found[0];
    }
}
