package dev.faultline.simulation.sweep;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.model.VirtualCondition;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import dev.faultline.uffd.PageCategory;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.PagemapScan;
import dev.faultline.uffd.Uffd;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A machine whose vCPUs touch pages all over its memory, at a rate, and wait for those that are not there. */
final class SweptVm implements Guest {
    private static final int VCPUS = 4;
    private static final int REGIONS = 8;
    /** Of what the link carries, so much is read beside what is written. */
    private static final int READ_PERCENT = 10;

    private static final int PERCENT = 100;
    private static final long COMMAND_NANOS = 50_000;
    /** One half of what QEMU takes to save and to load its devices. */
    private static final long DEVICES_NANOS = 2_500_000;

    private static final int DEVICE_STATE_BYTES = 100 << 10;

    private final World world;
    private final SweepPoint point;
    private final SweptMemory memory;
    private final SweptUffd uffd;
    private final List<GuestRegion> regions = new ArrayList<>();
    private final VirtualCondition changed;
    private GuestState state;
    private long changedNanos;

    SweptVm(World world, Side side, SweepPoint point, MemorySegment segment) {
        this.world = world;
        this.point = point;
        memory = new SweptMemory(world, point);
        uffd = new SweptUffd(memory);
        changed = world.time().newCondition();
        state = side == Side.SOURCE ? GuestState.RUNNING : GuestState.INCOMING;
        long lengthBytes = point.unitCount() / REGIONS * SweepPoint.UNIT_BYTES;
        for (int i = 0; i < REGIONS; i++) {
            MemorySegment part = segment.asSlice(i * lengthBytes, lengthBytes);
            SweptFile file = new SweptFile(side + " " + i, part);
            regions.add(new GuestRegion(i, "ram" + i, SweptMemory.BASE + i * lengthBytes, file));
        }
    }

    void start() {
        VirtualTime.Group tasks = world.time().newGroup();
        for (int i = 0; i < VCPUS; i++) {
            world.time().start(tasks, "vcpu", this::run);
        }
    }

    private void run() {
        int activityPercent = point.dirtyPercent() + READ_PERCENT;
        double unitNanos = point.bytesPerUnit() / point.bytesPerNano() * PERCENT / activityPercent;
        while (true) {
            changed.await(() -> state == GuestState.RUNNING, VirtualTime.FOREVER);
            boolean write = world.random().nextInt(activityPercent) < point.dirtyPercent();
            memory.touch(world.random().nextInt(point.unitCount()), write);
            // Never at the same time as the others, nor as the rounds.
            world.time().pass((long) (VCPUS * unitNanos * (0.5 + world.random().nextDouble())));
        }
    }

    /** {@return how long each wait of a vCPU for a page took} */
    List<Long> waits() {
        return memory.waits();
    }

    /** {@return when it was paused or resumed last} */
    long changedNanos() {
        return changedNanos;
    }

    private void enter(GuestState next, long nanos) {
        world.time().pass(nanos);
        state = next;
        changedNanos = world.nanoTime();
        changed.wakeAll();
    }

    @Override
    public long processId() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String machine() {
        return "swept machine";
    }

    @Override
    public List<GuestRegion> regions() {
        return List.copyOf(regions);
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return uffd;
    }

    @Override
    public Pagemap pagemap() {
        return new Pagemap() {
            @Override
            public long scan(PagemapScan scan, PageRuns runs) {
                memory.takeWritten(
                        scan.address(),
                        scan.lengthBytes(),
                        (address, lengthBytes) -> runs.accept(address, lengthBytes, PageCategory.WRITTEN.mask()));
                return scan.address() + scan.lengthBytes();
            }

            @Override
            public void close() {
                // There is nothing to give back.
            }
        };
    }

    @Override
    public GuestState state() {
        return state;
    }

    @Override
    public void pause() {
        enter(GuestState.PAUSED, COMMAND_NANOS);
    }

    @Override
    public void resume() {
        if (state == GuestState.RELINQUISHED) {
            throw new GuestException("this guest was given up");
        }
        enter(GuestState.RUNNING, COMMAND_NANOS);
    }

    @Override
    public byte[] saveDeviceState() {
        world.time().pass(DEVICES_NANOS);
        return new byte[DEVICE_STATE_BYTES];
    }

    @Override
    public void loadDeviceState(byte[] saved) {
        world.time().pass(DEVICES_NANOS);
        state = GuestState.PAUSED;
    }

    @Override
    public void relinquish() {
        world.time().pass(COMMAND_NANOS);
        state = GuestState.RELINQUISHED;
    }

    @Override
    public void close() {
        // There is nothing to give back.
    }
}
