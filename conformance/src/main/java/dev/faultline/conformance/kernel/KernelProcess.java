package dev.faultline.conformance.kernel;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.RawCalls;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.conformance.subject.SubjectThread;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A puppet process of a case. Its first thread is the service thread: it makes what the others need and never touches
 * memory that a userfaultfd serves, so that it always answers.
 */
final class KernelProcess implements SubjectProcess {
    private static final long UFFDIO_API = 0xc018aa3fL;
    private static final long UFFD_API_VERSION = 0xaa;
    private static final int UFFD_FLAGS = LibC.O_CLOEXEC | LibC.O_NONBLOCK;
    private static final int USER_MODE_ONLY = 1;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_HUGE_2M = 4 | 21 << 26;
    private static final long FIRST_STACK = 0x600000L;
    private static final int STACK_BYTES = 0x4000;

    private final PuppetThread service;
    private final ProcessMemory memory;
    private final Fd pidfd;
    private final Family family;
    private final Actions actions = new Actions(this);
    private final List<KernelThread> threads = new ArrayList<>();
    private final List<Long> uffds = new ArrayList<>();
    private long nextStack;
    private @Nullable SocketPair forChild;
    private List<Long> uffdsOfChild = List.of();
    private @Nullable KernelThread forker;

    private KernelProcess(PuppetThread service, Family family, long nextStack) {
        this.service = service;
        this.family = family;
        this.nextStack = nextStack;
        memory = ProcessMemory.of(service.processId());
        pidfd = Puppet.pidfdOf(service.processId());
        family.add(this);
    }

    /** {@return a process around a thread that was just forked, with a thread for actions} */
    static KernelProcess forked(PuppetThread service) {
        KernelProcess process = new KernelProcess(service, new Family(), FIRST_STACK);
        process.newThread();
        return process;
    }

    PuppetThread service() {
        return service;
    }

    ProcessMemory memory() {
        return memory;
    }

    List<KernelThread> threads() {
        return threads;
    }

    Command command(KernelThread thread, Action action) {
        if (action instanceof Action.Fork) {
            forker = thread;
        }
        return actions.command(thread, action);
    }

    @Override
    public SubjectThread thread() {
        return threads.getFirst();
    }

    @Override
    public SubjectThread newThread() {
        SocketPair pair = socketPair();
        long stack = nextStack;
        nextStack += STACK_BYTES;
        long flags = X86.MAP_PRIVATE | X86.MAP_ANONYMOUS | X86.MAP_FIXED;
        service.check(Command.syscall(X86.MMAP, stack, STACK_BYTES, X86.PROT_READ_WRITE, flags, -1, 0));
        long threadId = service.check(Command.thread(pair.theirs(), stack + STACK_BYTES));
        KernelThread thread =
                new KernelThread(this, new PuppetThread(pair.ours(), service.processId(), (int) threadId));
        threads.add(thread);
        return thread;
    }

    @Override
    public int idOf(SubjectThread thread) {
        return ((KernelThread) thread).puppet().threadId();
    }

    @Override
    public Uffd openUffd(long featureBits, boolean userModeOnly) {
        long number = service.call(Command.syscall(X86.USERFAULTFD, UFFD_FLAGS | (userModeOnly ? USER_MODE_ONLY : 0)));
        LinuxException.check(number, "userfaultfd");
        memory.put(0, UFFD_API_VERSION, featureBits, 0);
        long result = service.call(Command.syscall(X86.IOCTL, number, UFFDIO_API, ProcessMemory.SCRATCH));
        if (result < 0) {
            service.check(Command.syscall(X86.CLOSE, number));
        }
        LinuxException.check(result, "ioctl(UFFDIO_API)");
        uffds.add(number);
        return new KernelUffd(this, LinuxUffd.adopt(take(number)), number);
    }

    @Override
    public void unregisterOnly(Uffd uffd, long address, long lengthBytes) {
        ((KernelUffd) uffd).unregisterOnly(address, lengthBytes);
    }

    /** Closes the puppet's own descriptor of a userfaultfd. */
    void forget(long number) {
        if (uffds.remove(number)) {
            service.check(Command.syscall(X86.CLOSE, number));
        }
    }

    @Override
    public KernelFile createFile(long lengthBytes, PageSize pageSize) {
        memory.put(0, new byte[] {'f', 0});
        int flags = MFD_CLOEXEC | (pageSize.isHuge() ? MFD_HUGE_2M : 0);
        long number = service.check(Command.syscall(X86.MEMFD_CREATE, ProcessMemory.SCRATCH, flags));
        service.check(Command.syscall(X86.FTRUNCATE, number, lengthBytes));
        return new KernelFile(this, number, Memfd.adopt(take(number), lengthBytes, pageSize));
    }

    /** {@return a descriptor in the puppet} */
    long openReadOnly(String path) {
        memory.put(0, (path + '\0').getBytes(StandardCharsets.US_ASCII));
        return service.check(Command.syscall(X86.OPENAT, LibC.AT_FDCWD, ProcessMemory.SCRATCH, LibC.O_RDONLY));
    }

    Fd take(long number) {
        return Puppet.take(pidfd, number);
    }

    @Override
    public Pagemap pagemap() {
        return LinuxPagemap.ofProcess(service.processId());
    }

    @Override
    public String vmFlags(long address) {
        return ProcMaps.vmFlags(service.processId(), address);
    }

    @Override
    public List<MappedRange> mappings(long start, long end) {
        return ProcMaps.mappings(service.processId(), start, end);
    }

    @Override
    public void swapOut(long address, long lengthBytes) {
        new PageOut(this).swapOut(address, lengthBytes);
    }

    /** {@return the descriptor from which the child of the next fork takes its commands} */
    long prepareFork() {
        SocketPair pair = socketPair();
        forChild = pair;
        uffdsOfChild = List.copyOf(uffds);
        return pair.theirs();
    }

    @Override
    public SubjectProcess takeChild() {
        SocketPair pair = forChild;
        if (pair == null || forker == null) {
            throw new IllegalStateException("no fork was begun");
        }
        forChild = null;
        service.check(Command.syscall(X86.CLOSE, pair.theirs()));
        int childId = (int) forker.result().value();
        KernelProcess child = new KernelProcess(new PuppetThread(pair.ours(), childId, childId), family, nextStack);
        // Else the child would keep the parent's userfaultfds open.
        uffdsOfChild.forEach(number -> child.service.check(Command.syscall(X86.CLOSE, number)));
        child.newThread();
        return child;
    }

    /** {@return two sockets, of which ours is here only and theirs in the puppet only} */
    private SocketPair socketPair() {
        service.check(Command.syscall(X86.SOCKETPAIR, X86.AF_UNIX, X86.SOCK_STREAM, 0, ProcessMemory.SCRATCH));
        long pair = memory.word(0);
        long number = pair & 0xffffffffL;
        Channel ours = new Channel(take(number));
        service.check(Command.syscall(X86.CLOSE, number));
        return new SocketPair(ours, pair >>> 32);
    }

    private record SocketPair(Channel ours, long theirs) {}

    @Override
    public void settle() {
        family.settle();
    }

    @Override
    public void beside(Runnable call) {
        call.run();
        settle();
    }

    @Override
    public void exit() {
        if (family.remove(this)) {
            uffds.clear();
            LibC.tgkill(service.processId(), service.processId(), X86.SIGKILL);
            Ends.await(pidfd);
            threads.forEach(thread -> thread.puppet().close());
            service.close();
            memory.close();
            pidfd.close();
            family.settle();
        }
    }

    @Override
    public Optional<RawCalls> raw() {
        return Optional.of(new PuppetCalls(service, memory));
    }

    @Override
    public void close() {
        exit();
    }
}
