package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.conformance.subject.SubjectFile;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.conformance.subject.SubjectThread;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a program runs: a process of a subject, in it the program's mapping and threads, and what its handler holds. */
final class World implements AutoCloseable {
    /** How many userfaultfds a program may have open at a time. */
    static final int UFFDS = 2;

    static final int BATCH = 16;
    static final int PROT_BOTH = 3;

    /**
     * Where the mapping begins. Four pages before a border of page tables, which is one of the windows of fault-around, too:
     * both lie inside of the mapping.
     */
    private static final long SMALL_BASE = 0x10_0020_0000L - 4 * 4096;

    /** Far enough for the neighbour not to be merged with the program's mapping, near enough for its page table. */
    private static final long NEIGHBOUR_BYTES = 64 * 4096;

    private static final long NEIGHBOUR_PAGE_BYTES = 4096;
    private static final long HUGE_BASE = 0x10_0020_0000L;

    private final Program program;
    private final SubjectProcess process;
    private final List<SubjectThread> threads = new ArrayList<>();
    private final @Nullable Step[] doing;
    private final @Nullable Uffd[] uffds = new Uffd[UFFDS];
    private final Arena arena = Arena.ofShared(); // the model's handler has threads of its own
    private final MemorySegment content;
    private final EventBatch batch = new EventBatch(BATCH);
    private final Pagemap pagemap;
    private final @Nullable SubjectFile file;
    private final List<Uffd> forked = new ArrayList<>();
    private int forker = -1;

    World(Subject subject, Program program) {
        this.program = program;
        process = subject.newProcess();
        doing = new Step[program.threads()];
        threads.add(process.thread());
        while (threads.size() < program.threads()) {
            threads.add(process.newThread());
        }
        content = arena.allocate(program.slots() * pageBytes(), 64);
        pagemap = process.pagemap();
        MemoryKind kind = program.kind();
        file = kind.isOfFile() ? process.createFile(bytes(program.slots()), kind.pageSize()) : null;
        if (file != null) {
            file.resize(bytes(program.pages()));
        }
        keepPageTable(base() - NEIGHBOUR_BYTES);
        keepPageTable(base() + bytes(program.slots()) + NEIGHBOUR_BYTES);
        require(threads.getFirst().run(mapping(0, program.pages(), 0, PROT_BOTH)));
    }

    /**
     * Maps a page beside the program's memory. Whether a page that was never touched counts as written depends on whether
     * there is a page table for it; with a neighbour there always is.
     */
    private void keepPageTable(long address) {
        SubjectThread thread = threads.getFirst();
        require(thread.run(new Action.Map(address, NEIGHBOUR_PAGE_BYTES, false, PROT_BOTH, null, 0, false, false)));
        require(thread.run(new Action.Store(address, 1)));
    }

    private static void require(Result result) {
        if (!result.isDone()) {
            throw new IllegalStateException("the program's memory cannot be mapped: " + result);
        }
    }

    Program program() {
        return program;
    }

    SubjectProcess process() {
        return process;
    }

    long pageBytes() {
        return program.kind().pageSize().bytes();
    }

    long bytes(int pages) {
        return pages * pageBytes();
    }

    long base() {
        return program.kind().isHuge() ? HUGE_BASE : SMALL_BASE;
    }

    long address(int page) {
        return base() + bytes(page);
    }

    /** {@return where a thread's bytes are in a page: each has its own, so that the order of stores does not show} */
    static int offsetOf(int thread) {
        return 8 * thread;
    }

    Action.Map mapping(int page, int pages, int filePage, int protection) {
        return new Action.Map(
                address(page),
                bytes(pages),
                program.kind().isShared(),
                protection,
                file,
                file == null ? 0 : bytes(filePage),
                false,
                false);
    }

    SubjectThread thread(int index) {
        return threads.get(index);
    }

    /** {@return the step that a thread did last or does} */
    @Nullable
    Step doing(int thread) {
        return doing[thread];
    }

    boolean isBusy(int thread) {
        return doing[thread] != null && threads.get(thread).result().isBlocked();
    }

    Result run(int thread, Step step, Action action) {
        doing[thread] = step;
        return threads.get(thread).run(action);
    }

    void begin(int thread, Step step, Action action) {
        doing[thread] = step;
        threads.get(thread).begin(action);
    }

    @Nullable
    Uffd uffd(int index) {
        return uffds[index];
    }

    void setUffd(int index, @Nullable Uffd uffd) {
        uffds[index] = uffd;
    }

    @Nullable
    SubjectFile file() {
        return file;
    }

    /** {@return how many pages long the file is by now} */
    int filePages() {
        return file == null ? 0 : (int) (file.lengthBytes() / pageBytes());
    }

    Pagemap pagemap() {
        return pagemap;
    }

    EventBatch batch() {
        return batch;
    }

    /** {@return pages whose bytes of each thread are a value, in native memory that is used again} */
    MemorySegment content(int pages, int value) {
        for (int page = 0; page < pages; page++) {
            content.asSlice(bytes(page), 64).fill((byte) value);
        }
        return content.asSlice(0, bytes(pages));
    }

    /** {@return the userfaultfds of children, in the order in which their events were read} */
    List<Uffd> forked() {
        return forked;
    }

    /** {@return the thread whose child has not been looked at, or -1} */
    int forker() {
        return forker;
    }

    void setForker(int thread) {
        forker = thread;
    }

    /** {@return a thread's name in observations} */
    String threadName(int threadId) {
        for (int i = 0; i < threads.size(); i++) {
            if (process.idOf(threads.get(i)) == threadId) {
                return "T" + i;
            }
        }
        return threadId == 0 ? "" : "T?";
    }

    /**
     * Closes all userfaultfds: whoever waits goes on, but for a thread that forks. The child that is not born yet has the
     * descriptors too, so that nothing but a reader ends that wait.
     */
    void closeUffds() {
        for (int i = 0; i < UFFDS; i++) {
            Uffd uffd = uffds[i];
            if (uffd != null) {
                uffds[i] = null;
                uffd.close();
            }
        }
        forked.forEach(Uffd::close);
        forked.clear();
    }

    @Override
    public void close() {
        process.exit();
        closeUffds();
        if (file != null) {
            file.close();
        }
        pagemap.close();
        process.close();
        batch.close();
        arena.close();
    }
}
