package dev.faultline.model;

import dev.faultline.model.memory.Context;
import dev.faultline.model.schedule.Task;
import dev.faultline.model.schedule.Turns;
import dev.faultline.uffd.UffdFeature;
import dev.faultline.uffd.memory.PageSize;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One machine: its files, its processes, and the rules of its kernel. It has as many huge pages as it is told, and swap if
 * it is told so.
 */
public final class ModelKernel {
    private static final long DEFAULT_HUGE_PAGES = 512;
    private static final int FIRST_ID = 1000;

    private final Rules rules;
    private final Turns turns;
    private final Defect defect;
    private final HugePool pool = new HugePool(DEFAULT_HUGE_PAGES);
    private final Access access;
    private final Fill fill;
    private final Registration registration;
    private final WriteProtection writeProtection;
    private final Moving moving;
    private final Mapping mapping;
    private final Remapping remapping;
    private final Forking forking;
    private final Advising advising;
    private final FileRules files;
    private final Zap zap;
    private final Map<Task, ModelThread> threads = new ConcurrentHashMap<>();
    private final Map<Integer, Context> forked = new ConcurrentHashMap<>();
    private int lastId = FIRST_ID;
    private int lastForked;
    private boolean swap;

    /**
     * Makes a machine.
     *
     * @param rules which kernel it is
     * @param scheduler who decides which thread goes on; of this kernel only
     */
    public ModelKernel(Rules rules, Scheduler scheduler) {
        this(rules, scheduler, Defect.NONE);
    }

    /**
     * Makes a machine with a fault.
     *
     * @param rules which kernel it is
     * @param scheduler who decides which thread goes on; of this kernel only
     * @param defect the fault
     */
    public ModelKernel(Rules rules, Scheduler scheduler, Defect defect) {
        this.rules = rules;
        this.defect = defect;
        turns = switch (scheduler) {
            case FreeScheduler free -> free.turns();
            case SeededScheduler seeded -> seeded.turns();
        };
        zap = new Zap(pool);
        files = new FileRules(zap, pool);
        access = new Access(new FaultHandler(new Userfaults(turns), pool), turns);
        fill = new Fill(this);
        registration = new Registration(rules, turns);
        writeProtection = new WriteProtection(rules, turns);
        moving = new Moving(rules, turns);
        Events events = new Events(turns);
        Unmapping unmapping = new Unmapping(events, zap);
        mapping = new Mapping(turns, unmapping, pool);
        remapping = new Remapping(turns, events, unmapping);
        forking = new Forking(turns, events, registration);
        advising = new Advising(this, events, zap, access);
    }

    /**
     * Makes an empty memory file: memfd_create(2) and ftruncate(2).
     *
     * @param name for messages
     * @param lengthBytes a multiple of the page size
     * @param pageSize its page size
     * @return the file
     */
    public ModelFile createFile(String name, long lengthBytes, PageSize pageSize) {
        return new ModelFile(this, name, lengthBytes, pageSize);
    }

    /** {@return a new process with nothing mapped} */
    public ModelProcess newProcess() {
        return call("new process", () -> new ModelProcess(this, nextId()));
    }

    /**
     * Lets all tasks go on until each has ended or waits for something.
     *
     * @return whether each has ended
     */
    public boolean settle() {
        return turns.settle();
    }

    /**
     * Says whether there is swap. At first there is none, and MADV_PAGEOUT does nothing.
     *
     * @param hasSwap whether there is
     */
    public void setSwap(boolean hasSwap) {
        swap = hasSwap;
    }

    /**
     * Sets how many huge pages are free; at first 512.
     *
     * @param pages how many
     */
    public void setFreeHugePages(long pages) {
        pool.giveBack(pages - pool.free());
    }

    /** {@return how many huge pages are free} */
    public long freeHugePages() {
        return pool.free();
    }

    /** {@return the features of its userfaultfd, as UFFDIO_API tells them} */
    public long featureBits() {
        long all = UffdFeature.mask(EnumSet.allOf(UffdFeature.class));
        return rules == Rules.RFC_2021 ? RfcRules.features() : all;
    }

    /** {@return which kernel it is} */
    public Rules rules() {
        return rules;
    }

    /** {@return the fault that was planted} */
    public Defect defect() {
        return defect;
    }

    /** Runs a call of the kernel, with the kernel to itself. */
    <T extends @Nullable Object> T call(String what, Supplier<T> body) {
        turns.enter(what);
        try {
            return body.get();
        } finally {
            turns.exit();
        }
    }

    int nextId() {
        return ++lastId;
    }

    /** {@return the thread that calls, or null if it is the driver or a stranger} */
    @Nullable
    ModelThread caller() {
        Task task = turns.current();
        return task == null ? null : threads.get(task);
    }

    void remember(Task task, ModelThread thread) {
        threads.put(task, thread);
    }

    void forget(Task task) {
        threads.remove(task);
    }

    int numberOfForked(Context child) {
        forked.put(++lastForked, child);
        return lastForked;
    }

    Context takeForked(int number) {
        Context child = forked.remove(number);
        if (child == null) {
            throw new IllegalStateException("the child's userfaultfd was taken before");
        }
        return child;
    }

    Turns turns() {
        return turns;
    }

    HugePool pool() {
        return pool;
    }

    boolean hasSwap() {
        return swap;
    }

    Access access() {
        return access;
    }

    Fill fill() {
        return fill;
    }

    Registration registration() {
        return registration;
    }

    WriteProtection writeProtection() {
        return writeProtection;
    }

    Moving moving() {
        return moving;
    }

    Mapping mapping() {
        return mapping;
    }

    Remapping remapping() {
        return remapping;
    }

    Forking forking() {
        return forking;
    }

    Advising advising() {
        return advising;
    }

    FileRules files() {
        return files;
    }

    Zap zap() {
        return zap;
    }
}
