package dev.faultline.simulation.vm;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.model.MapRequest;
import dev.faultline.model.ModelFile;
import dev.faultline.model.ModelKernel;
import dev.faultline.model.ModelProcess;
import dev.faultline.model.ModelUffd;
import dev.faultline.model.ProcessExitedException;
import dev.faultline.model.Rules;
import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.world.Moment;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.UffdFeature;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Supplier;

/**
 * A machine as a process of its own, on a host with a kernel of its own: vCPUs, memory files mapped shared, userfaultfds,
 * and one thread that carries commands out, one after the other. It behaves as the micro-VM does.
 */
public final class SimVm {
    private static final long SECOND = 1_000_000_000L;
    private static final long COMMAND_LIMIT_NANOS = 20 * SECOND;
    private static final long STOP_LIMIT_NANOS = 10 * SECOND;
    private static final long COMMAND_NANOS = 50_000;
    private static final long MAX_IDLE_NANOS = 100_000_000L;
    private static final int HUGE_PAGES = 64;
    private static final long NOT_LOADING = Long.MAX_VALUE;

    private final World world;
    private final Side side;
    private final Owner owner;
    private final VmShape shape;
    private final ModelProcess process;
    private final VirtualTime.Group tasks;
    private final List<GuestRegion> regions = new ArrayList<>();
    /** By region. */
    private final List<ModelUffd> uffds = new ArrayList<>();

    private final List<Vcpu> vcpus = new ArrayList<>();
    private final boolean[] running;
    private final long[] stepBeganNanos;
    private final Deque<Command<?>> commands = new ArrayDeque<>();
    private final VirtualCondition changed;
    private final Troubles troubles;
    private final EngineClaim claim;
    private GuestState state;
    private boolean stopping;
    private long loadStepNanos = NOT_LOADING;
    private boolean alive = true;
    private boolean killed;
    private String loadedWrong = "";

    /** Makes a machine: one that runs, or one that waits for a device state. */
    public SimVm(World world, Side side, Owner owner, VmShape shape) {
        this.world = world;
        this.side = side;
        this.owner = owner;
        this.shape = shape;
        changed = world.time().newCondition();
        tasks = world.time().newGroup();
        troubles = new Troubles(world);
        claim = new EngineClaim(world.time());
        ModelKernel kernel = new ModelKernel(Rules.MAINLINE, world.time().scheduler());
        kernel.setFreeHugePages(HUGE_PAGES);
        process = kernel.newProcess();
        for (VmShape.Region region : shape.regions()) {
            ModelFile file = kernel.createFile(region.name(), region.lengthBytes(), region.pageSize());
            long address = process.newThread().mmap(MapRequest.shared(file));
            regions.add(new GuestRegion(regions.size(), region.name(), address, file));
        }
        long features = UffdFeature.mask(EnumSet.of(UffdFeature.WP_ASYNC, UffdFeature.WP_UNPOPULATED));
        for (GuestRegion region : regions) {
            boolean first = region.id() == 0;
            uffds.add(first || shape.uffdsByRegion() ? process.openUffd(features) : uffds.getFirst());
        }
        Blocks blocks = new Blocks(regions);
        for (int i = 0; i < shape.vcpus(); i++) {
            vcpus.add(new Vcpu(i, shape, blocks, process.newThread()));
        }
        running = new boolean[shape.vcpus()];
        stepBeganNanos = new long[shape.vcpus()];
        state = side == Side.SOURCE ? GuestState.RUNNING : GuestState.INCOMING;
    }

    /** Switches it on. */
    public void start() {
        if (side == Side.SOURCE) {
            owner.starts(side);
            vcpus.forEach(vcpu -> vcpu.populate(world.random()));
        }
        world.time().start(tasks, side + " vmm", this::serve);
        for (Vcpu vcpu : vcpus) {
            world.time().start(tasks, side + " vcpu " + vcpu.index(), () -> run(vcpu));
        }
    }

    private void serve() {
        while (true) {
            changed.await(() -> !commands.isEmpty(), VirtualTime.FOREVER);
            Command<?> command = commands.element();
            world.time().pass(COMMAND_NANOS);
            world.moment(Moment.COMMAND);
            troubles.before(command);
            if (!command.isDecided()) {
                command.carryOut();
            }
            world.moment(Moment.ANSWER);
            troubles.after();
            command.publish();
            commands.remove();
            changed.wakeAll();
        }
    }

    private void run(Vcpu vcpu) {
        long idleNanos = shape.stepNanos();
        long activity = 0;
        while (true) {
            changed.await(this::mayRun, VirtualTime.FOREVER);
            running[vcpu.index()] = true;
            stepBeganNanos[vcpu.index()] = world.nanoTime();
            step(vcpu);
            // While nobody moves it, it would take most of the simulation's time for nothing.
            idleNanos = activity == world.activity() ? Math.min(2 * idleNanos, MAX_IDLE_NANOS) : shape.stepNanos();
            activity = world.activity();
            running[vcpu.index()] = false;
            changed.wakeAll();
            world.time().pass(idleNanos);
        }
    }

    private boolean mayRun() {
        return state == GuestState.RUNNING && !stopping;
    }

    private void step(Vcpu vcpu) {
        owner.runs(side);
        String wrong;
        try {
            wrong = vcpu.step();
        } catch (ProcessExitedException e) {
            return; // killed
        } catch (RuntimeException e) {
            wrong = "it ended with " + e;
        }
        if (!wrong.isEmpty()) {
            world.violation("vCPU " + vcpu.index() + " at " + side + ": " + wrong);
        }
    }

    /** {@return whether it is being paused, which its engine may do because it gives up} */
    public boolean isStopping() {
        return stopping;
    }

    /** {@return since when a vCPU, or a load, is at one step, of those that are at one; the present if none is} */
    public long oldestStepNanos() {
        long oldest = Math.min(world.nanoTime(), loadStepNanos);
        for (int i = 0; i < running.length; i++) {
            oldest = running[i] ? Math.min(oldest, stepBeganNanos[i]) : oldest;
        }
        return oldest;
    }

    /** Runs a command in the machine. The caller waits, for so long; the command may be carried out later. */
    <T> T call(String name, Supplier<T> action) {
        Command<T> command = new Command<>(name, action);
        if (alive) {
            commands.add(command);
            changed.wakeAll();
            if (!changed.await(() -> command.isAnswered() || !alive, COMMAND_LIMIT_NANOS)) {
                throw new GuestException("The guest did not answer '" + name + "' in time");
            }
        }
        world.time().point("has an answer");
        return command.answer();
    }

    boolean pause() {
        if (state == GuestState.PAUSED) {
            return true;
        }
        require(GuestState.RUNNING, "pause");
        stopping = true;
        boolean stopped = changed.await(this::isStopped, STOP_LIMIT_NANOS);
        stopping = false;
        changed.wakeAll();
        if (!stopped) {
            throw new GuestException("The machine cannot be paused: a vCPU did not stop; it waits for a page");
        }
        enter(GuestState.PAUSED);
        return true;
    }

    private boolean isStopped() {
        for (boolean busy : running) {
            if (busy) {
                return false;
            }
        }
        return true;
    }

    boolean resume() {
        if (state != GuestState.RUNNING) {
            require(GuestState.PAUSED, "resume");
            enter(GuestState.RUNNING);
        }
        return true;
    }

    boolean relinquish() {
        if (state != GuestState.RELINQUISHED) {
            require(GuestState.PAUSED, "relinquish");
            enter(GuestState.RELINQUISHED);
        }
        return true;
    }

    byte[] save() {
        require(GuestState.PAUSED, "save-state");
        ByteBuffer out =
                ByteBuffer.allocate(vcpus.stream().mapToInt(Vcpu::stateBytes).sum());
        vcpus.forEach(vcpu -> vcpu.save(out));
        return out.array();
    }

    /** Devices touch guest memory when they are loaded: here, what vCPUs would do next. */
    boolean load(byte[] saved) {
        require(GuestState.INCOMING, "load-state");
        ByteBuffer in = ByteBuffer.wrap(saved);
        vcpus.forEach(vcpu -> vcpu.load(in));
        for (Vcpu vcpu : vcpus) {
            loadStepNanos = world.nanoTime();
            String wrong = vcpu.step();
            loadStepNanos = NOT_LOADING;
            if (!wrong.isEmpty()) {
                loadedWrong = wrong; // no harm if it never runs
            }
        }
        enter(GuestState.PAUSED);
        return true;
    }

    private void enter(GuestState next) {
        world.log("machine at " + side + ": " + state + " -> " + next);
        state = next;
        if (next == GuestState.RUNNING) {
            owner.starts(side);
            if (!loadedWrong.isEmpty()) {
                world.violation("what was loaded at " + side + " saw that " + loadedWrong);
            }
        } else {
            owner.stops(side);
        }
        changed.wakeAll();
    }

    private void require(GuestState needed, String action) {
        if (state != needed) {
            throw new GuestException(action + " needs a guest that is " + needed + "; this one is " + state);
        }
    }

    /** {@return what is wrong with its memory, or an empty string} Called in a task of its own, when it is paused. */
    public String checkAll() {
        for (Vcpu vcpu : vcpus) {
            String wrong = vcpu.checkAll();
            if (!wrong.isEmpty()) {
                return wrong;
            }
        }
        return "";
    }

    /** Ends the process as SIGKILL does. */
    public void kill() {
        killed |= alive;
        end();
    }

    /** {@return whether it was killed, and not just ended} */
    public boolean wasKilled() {
        return killed;
    }

    /** Ends the process, of which nothing is needed any more. */
    public void end() {
        if (alive) {
            world.log("machine at " + side + " ends, when it is " + state);
            world.disturbed();
            alive = false;
            owner.stops(side);
            world.time().kill(tasks);
            process.exit();
            changed.wakeAll();
        }
    }

    /** {@return whether part of its memory is registered with a userfaultfd} */
    public boolean isRegistered() {
        return process.mappings().stream().anyMatch(mapping -> !mapping.modes().isEmpty());
    }

    /** Starts a task in its process. */
    public void start(String name, Runnable body) {
        world.time().start(tasks, name, body);
    }

    public boolean isAlive() {
        return alive;
    }

    public GuestState state() {
        return state;
    }

    /** {@return how many blocks its vCPUs have checked} */
    public long steps() {
        return vcpus.stream().mapToLong(Vcpu::steps).sum();
    }

    public Troubles troubles() {
        return troubles;
    }

    EngineClaim claim() {
        return claim;
    }

    Side side() {
        return side;
    }

    World world() {
        return world;
    }

    List<GuestRegion> regions() {
        return List.copyOf(regions);
    }

    ModelUffd uffd(GuestRegion region) {
        return uffds.get(region.id());
    }

    Pagemap pagemap() {
        return process.pagemap();
    }
}
