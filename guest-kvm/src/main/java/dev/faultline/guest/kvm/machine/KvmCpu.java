package dev.faultline.guest.kvm.machine;

import dev.faultline.guest.kvm.hypervisor.Registers;
import dev.faultline.guest.kvm.hypervisor.Registers.Name;
import dev.faultline.guest.kvm.hypervisor.RunPage;
import dev.faultline.guest.kvm.hypervisor.Vcpu;
import dev.faultline.guest.kvm.program.SystemArea;
import dev.faultline.guest.kvm.state.StateReader;
import dev.faultline.guest.kvm.state.StateWriter;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Progress;
import dev.faultline.guest.kvm.workload.VcpuArea;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import dev.faultline.uffd.internal.linux.Scratch;
import dev.faultline.uffd.memory.GuestMapping;

/**
 * A vCPU on KVM. What the guest tells is in its registers; workload.s says in which.
 *
 * <p>A fault on the guest's own pages is interruptible inside KVM_RUN: a signal gets the vCPU out at once, and the fault
 * comes again later. A fault on what KVM itself reads (page tables, program, task state segment) is not: with a signal
 * pending, the kernel repeats it without pause until somebody answers. Hence {@link #settle}.
 */
final class KvmCpu implements GuestCpu {
    /** A real-time signal, of which the JVM uses none; its handler does nothing but end KVM_RUN. */
    static final int KICK_SIGNAL = 40;

    private static final int HALF_BITS = 32;
    private static final int INDEX_BITS = 24;
    private static final long INDEX_MASK = (1 << INDEX_BITS) - 1;

    /** Bit 1 of the flags is always set. */
    private static final long FLAGS = 2;

    private final int id;
    private final Vcpu vcpu;
    private final MemoryMap map;
    private final long mappingAddress;
    private final Journal journal;
    private Pacer pacer;

    KvmCpu(int id, Vcpu vcpu, MemoryMap map, GuestMapping mapping) {
        this.id = id;
        this.vcpu = vcpu;
        this.map = map;
        this.mappingAddress = mapping.address();
        this.journal = new Journal(id, map.areas().get(id));
        this.pacer = new Pacer(map.workload().pagesPerSecond());
    }

    /** Puts it before the program's first instruction. */
    void boot() {
        VcpuArea area = journal.area();
        vcpu.enterLongMode();
        Registers registers = vcpu.registers();
        registers.clear();
        registers.set(Name.RIP, SystemArea.PROGRAM);
        registers.set(Name.RFLAGS, FLAGS);
        registers.set(Name.R8, area.hotAddress());
        registers.set(Name.R9, area.hotPages());
        registers.set(Name.R10, 1L << INDEX_BITS);
        registers.set(Name.R12, area.coldAddress());
        registers.set(Name.R13, area.coldPages() - 1);
        registers.set(Name.R15, twice(pacer.batch()));
        registers.set(Name.RBP, twice(map.workload().hotPagesPerColdPage()));
        vcpu.storeRegisters();
    }

    @Override
    public Journal journal() {
        return journal;
    }

    @Override
    public void settle() {
        long scratch = Scratch.ofThisThread().argument().address();
        SystemArea.pages(map).forEach(page -> NativeMemory.copy(scratch, mappingAddress + page, Long.BYTES));
    }

    @Override
    public void run(RunPermit permit) {
        RunPage page = vcpu.runPage();
        pacer.begin(System.nanoTime(), journal.progress().pagesWritten(journal.area()));
        boolean portAccessPending = false;
        while (true) {
            page.setImmediateExit(false);
            if (!permit.granted()) {
                if (!portAccessPending) {
                    break;
                }
                // KVM finishes the port access at the next entry, and that is all that this entry is for.
                page.setImmediateExit(true);
            }
            long result = vcpu.run();
            portAccessPending = result == 0 && handleExit(page, permit);
            if (result < 0 && result != -Errno.EINTR && result != -Errno.EAGAIN) {
                throw new GuestException(
                        "vCPU " + id + " stopped: KVM_RUN failed with " + Errno.name((int) -result) + ".");
            }
        }
        journal.at(progress(vcpu.loadRegisters()));
        journal.paused();
    }

    /** Returns whether the guest waits for the end of a port access. */
    private boolean handleExit(RunPage page, RunPermit permit) {
        if (page.exitReason() == RunPage.EXIT_INTR) {
            return false;
        }
        if (page.exitReason() != RunPage.EXIT_IO) {
            throw new GuestException("vCPU " + id + " stopped: " + page.describeExit() + describePlace());
        }
        Registers registers = vcpu.loadRegisters();
        switch (page.ioPort()) {
            case SystemArea.PORT_HEARTBEAT -> heartbeat(registers, permit);
            case SystemArea.PORT_CORRUPTION ->
                journal.corruption(
                        registers.get(Name.RDI),
                        (int) registers.get(Name.RCX),
                        registers.get(Name.RAX),
                        registers.get(Name.RSI));
            default -> throw new GuestException("vCPU " + id + " stopped: " + page.describeExit() + describePlace());
        }
        return true;
    }

    private void heartbeat(Registers registers, RunPermit permit) {
        Progress now = progress(registers);
        journal.heartbeat(now);
        int batch = pacer.batch();
        long dueNanos = pacer.heartbeat(System.nanoTime(), now.pagesWritten(journal.area()));
        if (pacer.batch() != batch) {
            storeBatch(registers);
        }
        permit.restUntil(dueNanos);
        pacer.rested(System.nanoTime());
    }

    private void storeBatch(Registers registers) {
        registers.set(Name.R15, twice(pacer.batch()));
        vcpu.storeRegisters();
    }

    private String describePlace() {
        return ", at 0x" + Long.toHexString(vcpu.loadRegisters().get(Name.RIP)) + ".";
    }

    private static Progress progress(Registers registers) {
        long position = registers.get(Name.R10);
        return new Progress(
                registers.get(Name.R11), position >>> INDEX_BITS, position & INDEX_MASK, registers.get(Name.R14));
    }

    /** A number and the countdown that starts from it. */
    private static long twice(long number) {
        return number << HALF_BITS | number;
    }

    @Override
    public void kick(int threadId) {
        vcpu.runPage().setImmediateExit(true);
        LibC.tgkill(LibC.getpid(), threadId, KICK_SIGNAL);
    }

    @Override
    public void pace(Pacer newPacer) {
        pacer = newPacer;
        storeBatch(vcpu.loadRegisters());
    }

    @Override
    public void save(StateWriter out) {
        vcpu.save(out);
    }

    @Override
    public void load(StateReader in) {
        vcpu.load(in);
        journal.at(progress(vcpu.loadRegisters()));
    }

    @Override
    public void close() {
        vcpu.close();
    }
}
