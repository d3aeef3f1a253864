package dev.faultline.simulation.scenario;

import dev.faultline.migration.Compression;
import dev.faultline.migration.DataPath;
import dev.faultline.migration.MigrationMode;
import dev.faultline.simulation.network.NetworkShape;
import dev.faultline.simulation.vm.VmShape;
import dev.faultline.uffd.memory.PageSize;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One migration and what goes wrong with it.
 *
 * @param mode when the guest changes hosts
 * @param vm the machines
 * @param network the network
 * @param reconnectNanos for how long engines connect again by themselves
 * @param holdMapNanos how long the dirty map is held back after the hand-over
 * @param keepSource whether the source's machine is kept after a migration that came to its end
 * @param dataPath how many connections carry pages, how they are compressed, and whether huge ones are sent as deltas
 * @param verify whether every page is audited when it has arrived
 * @param orders what an operator tells the source on the way
 * @param faults what goes wrong
 */
record Scenario(
        MigrationMode mode,
        VmShape vm,
        NetworkShape network,
        long reconnectNanos,
        long holdMapNanos,
        boolean keepSource,
        DataPath dataPath,
        boolean verify,
        List<PlannedOrder> orders,
        List<Fault> faults) {
    private static final int[] FAULT_COUNTS = {0, 1, 1, 1, 1, 2, 2, 2, 3, 4};
    private static final int HUGE_EVERY = 12;
    private static final int VERIFIED_EVERY = 4;
    /** Deltas are of huge pages only. */
    private static final int WHOLE_EVERY = 4;
    /** By numbers of its own, and one that leaves the older seeds of FoundBugsTest plain: they stand for what they found. */
    private static final long OPTIONS_SALT = 126;

    private static final long ORDERS_SALT = 6;
    /** As with the options: all machines of FoundBugsTest have one userfaultfd. */
    private static final long UFFDS_SALT = 672;

    /** Draws what a seed stands for; its random numbers go on to be used for what happens. */
    static Scenario draw(long seed, SplittableRandom random) {
        List<MigrationMode> modes = List.of(MigrationMode.values());
        List<Fault> faults = new ArrayList<>();
        int count = FAULT_COUNTS[random.nextInt(FAULT_COUNTS.length)];
        for (int i = 0; i < count; i++) {
            faults.add(Fault.draw(random));
        }
        SplittableRandom options = new SplittableRandom(seed ^ OPTIONS_SALT);
        DataPath dataPath = dataPath(options);
        boolean verify = options.nextInt(VERIFIED_EVERY) == 0;
        boolean deltas = options.nextInt(WHOLE_EVERY) > 0;
        boolean uffdsByRegion = new SplittableRandom(seed ^ UFFDS_SALT).nextBoolean();
        return new Scenario(
                modes.get(random.nextInt(modes.size())),
                vm(random, uffdsByRegion),
                network(random),
                random.nextInt(3) == 0 ? 0 : logarithmic(random, 1_000_000_000L, 60_000_000_000L),
                random.nextInt(3) == 0 ? random.nextLong(1, 30_000_000) : 0,
                random.nextBoolean(),
                deltas ? dataPath.withDeltas() : dataPath,
                verify,
                PlannedOrder.draw(new SplittableRandom(seed ^ ORDERS_SALT)),
                List.copyOf(faults));
    }

    private static DataPath dataPath(SplittableRandom random) {
        int connections = random.nextBoolean() ? 1 : random.nextInt(2, 5);
        List<Compression> compressions = List.of(Compression.values());
        boolean plain = random.nextInt(4) > 0;
        return new DataPath(
                connections, plain ? Compression.NONE : compressions.get(random.nextInt(compressions.size())));
    }

    private static VmShape vm(SplittableRandom random, boolean uffdsByRegion) {
        return new VmShape(
                regions(random),
                uffdsByRegion,
                random.nextInt(1, 4),
                logarithmic(random, 20_000, 2_000_000),
                random.nextInt(5, 100),
                random.nextInt(20, 100),
                random.nextInt(2, 20),
                random.nextInt(20, 100));
    }

    private static List<VmShape.Region> regions(SplittableRandom random) {
        if (random.nextInt(HUGE_EVERY) == 0) {
            return List.of(new VmShape.Region("ram", random.nextInt(2, 5), PageSize.SIZE_2M));
        }
        VmShape.Region ram = new VmShape.Region("ram", random.nextInt(32, 257), PageSize.SIZE_4K);
        return random.nextInt(4) == 0
                ? List.of(ram, new VmShape.Region("more", random.nextInt(16, 65), PageSize.SIZE_4K))
                : List.of(ram);
    }

    private static NetworkShape network(SplittableRandom random) {
        return new NetworkShape(
                logarithmic(random, 5_000, 5_000_000),
                random.nextInt(3) == 0 ? 0 : logarithmic(random, 1_000, 2_000_000),
                logarithmic(random, 1_000, 100_000),
                (int) logarithmic(random, 4_096, 1 << 20));
    }

    private static long logarithmic(SplittableRandom random, long least, long most) {
        return (long) (least * Math.pow((double) most / least, random.nextDouble()));
    }
}
