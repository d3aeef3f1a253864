package dev.faultline.conformance.cases;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.conformance.subject.RawCalls;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.conformance.subject.SubjectFile;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.conformance.subject.SubjectThread;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a program plays: a fresh process, in it a range of the case's kind of memory, and a userfaultfd. */
public final class Scene implements AutoCloseable {
    /** Where the range is. */
    static final long BASE = 0x10_0000_0000L;

    /** Private anonymous memory beside it, never registered: the source of a MOVE. */
    static final long BESIDE = 0x20_0000_0000L;

    /** A free place for what is moved. */
    static final long ELSEWHERE = 0x30_0000_0000L;

    static final int PROT_READ = 1;
    static final int PROT_WRITE = 2;
    static final int PROT_BOTH = PROT_READ | PROT_WRITE;

    private static final int BATCH = 16;

    private final Subject subject;
    private final @Nullable MemoryKind kind;
    private final SubjectProcess process;
    private final Arena arena = Arena.ofConfined();
    private final EventBatch batch = new EventBatch(BATCH);
    private final List<AutoCloseable> closedAtEnd = new ArrayList<>();
    private @Nullable SubjectFile file;
    private @Nullable Uffd uffd;

    /** Makes a scene with nothing in it. */
    public Scene(Subject subject, @Nullable MemoryKind kind) {
        this.subject = subject;
        this.kind = kind;
        process = subject.newProcess();
    }

    Subject subject() {
        return subject;
    }

    SubjectProcess process() {
        return process;
    }

    SubjectThread thread() {
        return process.thread();
    }

    MemoryKind kind() {
        return kind == null ? MemoryKind.SHMEM : kind;
    }

    RawCalls raw() {
        return process.raw().orElseThrow(() -> new UnavailableException("needs system calls by number"));
    }

    long pageBytes() {
        return kind().pageSize().bytes();
    }

    /** {@return the address of a page of the range} */
    long page(int index) {
        return BASE + index * pageBytes();
    }

    /** Maps the range, and makes its file. */
    void map(int pages) {
        if (kind().isOfFile()) {
            file = closeAtEnd(process.createFile(pages * pageBytes(), kind().pageSize()));
        }
        require(run(mapping(BASE, pages)));
    }

    /** {@return the mapping of the range's memory at an address} */
    Action.Map mapping(long address, int pages) {
        return new Action.Map(address, pages * pageBytes(), kind().isShared(), PROT_BOTH, file, 0, false, false);
    }

    SubjectFile file() {
        if (file == null) {
            throw new IllegalStateException("the range has no file");
        }
        return file;
    }

    /** Opens the userfaultfd of the scene; when there are several, the last one is it. */
    Uffd open(long features) {
        return open(features, false);
    }

    /** Opens one that serves no faults of the kernel. */
    Uffd openUserModeOnly() {
        return open(0, true);
    }

    private Uffd open(long features, boolean userModeOnly) {
        Uffd opened = closeAtEnd(process.openUffd(features, userModeOnly));
        uffd = opened;
        return opened;
    }

    Uffd uffd() {
        if (uffd == null) {
            throw new IllegalStateException("the scene has no userfaultfd");
        }
        return uffd;
    }

    /** Has the first pages of the range registered. */
    void register(int pages, long modes) {
        uffd().register(BASE, pages * pageBytes(), modes);
    }

    /** {@return the calls that the registration of the first pages names, or how it failed} */
    String tryRegister(int pages, long modes) {
        return Words.mask(() -> uffd().register(BASE, pages * pageBytes(), modes));
    }

    /** Maps, opens and registers all at once. */
    Uffd prepare(int pages, long modes, long features) {
        map(pages);
        Uffd opened = open(features);
        register(pages, modes);
        return opened;
    }

    /** {@return all modes that the memory supports} */
    long allModes() {
        return kind().isOfFile() ? Modes.MISSING | Modes.WP | Modes.MINOR : Modes.MISSING | Modes.WP;
    }

    /** {@return a page's worth of native memory that is filled with a byte} */
    MemorySegment content(int value) {
        return content(value, 1);
    }

    MemorySegment content(int value, int pages) {
        return arena.allocate(pages * pageBytes()).fill((byte) value);
    }

    Outcome copy(int page, int value, int flags) {
        return uffd().copy(page(page), content(value), pageBytes(), flags);
    }

    Outcome resume(int page, int flags) {
        return uffd().continuePages(page(page), pageBytes(), flags);
    }

    Outcome protect(int page, boolean on) {
        return uffd().writeProtect(page(page), pageBytes(), on, 0);
    }

    Outcome poison(int page) {
        return uffd().poison(page(page), pageBytes(), 0);
    }

    /** Writes a byte into a page of the file, by an alias mapping. */
    void put(int page, int value) {
        file().put(page * pageBytes(), value);
    }

    Result run(Action action) {
        return thread().run(action);
    }

    Result load(int page) {
        return run(new Action.Load(page(page)));
    }

    Result store(int page, int value) {
        return run(new Action.Store(page(page), value));
    }

    Result advise(int page, int pages, Action.Advice advice) {
        return run(new Action.Advise(page(page), pages * pageBytes(), advice));
    }

    static void require(Result result) {
        if (!result.isDone()) {
            throw new IllegalStateException("a step of the preparation ended with: " + result);
        }
    }

    static void require(Outcome outcome) {
        if (!outcome.isDone()) {
            throw new IllegalStateException("a step of the preparation ended with: " + outcome);
        }
    }

    /** {@return the events that are there} */
    List<UffdEvent> read(Uffd from) {
        List<UffdEvent> events = new ArrayList<>();
        int count = from.read(batch);
        for (int i = 0; i < count; i++) {
            events.add(batch.event(i));
        }
        return events;
    }

    EventBatch batch() {
        return batch;
    }

    <T extends AutoCloseable> T closeAtEnd(T thing) {
        closedAtEnd.add(thing);
        return thing;
    }

    @Override
    public void close() {
        process.exit();
        for (AutoCloseable thing : closedAtEnd.reversed()) {
            try {
                thing.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close " + thing, e);
            }
        }
        process.close();
        batch.close();
        arena.close();
    }
}
