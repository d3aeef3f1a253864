package dev.faultline.guest.kvm;

import dev.faultline.guest.kvm.control.GuestDescription;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.GuestStatistics;
import dev.faultline.guest.kvm.control.Version;
import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.guest.kvm.machine.ModelPages;
import dev.faultline.guest.kvm.machine.NativeMachine;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.guest.kvm.workload.Workload;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.model.FreeScheduler;
import dev.faultline.model.MapRequest;
import dev.faultline.model.ModelFile;
import dev.faultline.model.ModelKernel;
import dev.faultline.model.ModelProcess;
import dev.faultline.model.Rules;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdFeature;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;

/**
 * A guest whose every load and store goes through the model: a machine with a kernel of its own in this process. The
 * engine finds in it what it finds in any guest, so that a migration needs nothing of the system that it runs on.
 */
public final class ModelGuest implements Guest {
    private static final String WHY = "its memory is the model's";

    private final Machine machine;
    private final List<GuestRegion> regions;
    private final Uffd uffd;
    private final Pagemap pagemap;

    private ModelGuest(Machine machine, GuestRegion region, Uffd uffd, Pagemap pagemap) {
        this.machine = machine;
        this.regions = List.of(region);
        this.uffd = uffd;
        this.pagemap = pagemap;
    }

    /**
     * Makes one: paused, or waiting for a device state.
     *
     * @param config what it is to be; its names and its parent mean nothing here
     * @return the guest
     * @throws GuestException if that is impossible
     */
    public static ModelGuest create(GuestConfig config) {
        MemoryMap map = layOut(config);
        ModelKernel kernel = new ModelKernel(Rules.MAINLINE, new FreeScheduler());
        kernel.setFreeHugePages(
                Math.ceilDiv(config.memoryBytes(), config.pageSize().bytes()));
        ModelProcess process = kernel.newProcess();
        ModelFile file = kernel.createFile("ram", config.memoryBytes(), config.pageSize());
        long address = process.newThread().mmap(MapRequest.shared(file));
        if (address < 0) {
            throw new GuestException("The model refuses to map the guest's memory: errno " + -address);
        }
        NativeMachine machine = NativeMachine.over(
                map,
                _ -> new ModelPages(process.newThread(), address),
                config.incoming() ? GuestState.INCOMING : GuestState.PAUSED);
        long features = UffdFeature.mask(EnumSet.of(UffdFeature.WP_ASYNC, UffdFeature.WP_UNPOPULATED));
        return new ModelGuest(
                machine, new GuestRegion(0, "ram", address, file), process.openUffd(features), process.pagemap());
    }

    private static MemoryMap layOut(GuestConfig config) {
        try {
            Workload workload = config.workload();
            return MemoryMap.of(workload, config.memoryBytes(), config.pageSize());
        } catch (IllegalArgumentException e) {
            throw new GuestException("This guest is impossible: " + e.getMessage(), e);
        }
    }

    @Override
    public long processId() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String machine() {
        return "micro-VM";
    }

    @Override
    public List<GuestRegion> regions() {
        return regions;
    }

    @Override
    public Uffd uffd(GuestRegion region) {
        return uffd;
    }

    @Override
    public Pagemap pagemap() {
        return pagemap;
    }

    @Override
    public GuestState state() {
        return machine.state();
    }

    /** {@return the guest as it is now} */
    public GuestReport query() {
        return new GuestReport(
                Version.OF_THIS_PROGRAM,
                ProcessHandle.current().pid(),
                machine.state(),
                GuestDescription.of(machine, WHY),
                regions.getFirst().file().allocatedBytes(),
                OptionalLong.empty(),
                GuestStatistics.of(machine.stats()));
    }

    @Override
    public void pause() {
        machine.pause();
    }

    @Override
    public void resume() {
        machine.resume();
    }

    @Override
    public boolean canThrottle() {
        return true;
    }

    @Override
    public void throttle(int percent) {
        machine.throttle(percent);
    }

    @Override
    public byte[] saveDeviceState() {
        return machine.saveState();
    }

    @Override
    public void loadDeviceState(byte[] state) {
        machine.loadState(state);
    }

    @Override
    public void relinquish() {
        if (machine.state() != GuestState.RELINQUISHED) {
            machine.relinquish();
        }
    }

    /**
     * Ends the machine.
     *
     * @throws GuestException if a vCPU does not stop, because it waits for a page that nobody brings
     */
    @Override
    public void close() {
        machine.close();
        pagemap.close();
        uffd.close();
    }
}
