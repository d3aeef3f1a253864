package dev.faultline.simulation.scenario;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.simulation.vm.SimAttachment;
import dev.faultline.simulation.vm.SimVm;
import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;

/** Looks all the time whether vCPUs wait for too long, and at the end whether everything is as it must be. */
final class Judge {
    private static final long SECOND = 1_000_000_000L;
    private static final long LOOK_NANOS = SECOND;
    private static final long LONGEST_WAIT_NANOS = 5 * SECOND;
    private static final long LAST_NANOS = 3 * SECOND;

    private final World world;
    private final Operator source;
    private final Operator destination;
    private Ending ending = Ending.VIOLATED;

    Judge(World world, Operator source, Operator destination) {
        this.world = world;
        this.source = source;
        this.destination = destination;
    }

    /** Looks now and then. */
    void watch() {
        while (true) {
            world.time().pass(LOOK_NANOS);
            watch(source.site().vm(), Side.SOURCE);
            watch(destination.site().vm(), Side.DESTINATION);
        }
    }

    private void watch(SimVm vm, Side side) {
        if (vm.isStopping()) {
            world.disturbed();
        }
        long waited = Math.min(world.nanoTime() - vm.oldestStepNanos(), world.calmNanos());
        if (vm.isAlive() && waited > LONGEST_WAIT_NANOS) {
            world.violation("a vCPU at " + side + " waits for a page for " + waited / SECOND
                    + " s, and nothing is wrong with engines and network");
        }
    }

    /** Nothing is left to be done. */
    void judge() {
        world.time().pass(LAST_NANOS);
        SimVm from = source.site().vm();
        SimVm to = destination.site().vm();
        boolean runsThere = to.isAlive() && to.state() == GuestState.RUNNING;
        boolean runsHere = from.isAlive() && from.state() == GuestState.RUNNING;
        if (runsThere && source.site().wasCancelled()) {
            world.violation("the guest runs at the destination, and the operator's order to cancel was accepted");
        }
        if (runsHere || runsThere) {
            requireUnregistered(runsHere ? from : to, runsHere ? Side.SOURCE : Side.DESTINATION);
            sweep(runsHere ? from : to, runsHere ? Side.SOURCE : Side.DESTINATION);
            ending = runsHere ? Ending.STAYED : Ending.MOVED;
        } else if (source.hasLost() || destination.hasLost()) {
            ending = Ending.LOST;
        } else {
            world.violation("the guest runs nowhere: it is " + from.state() + " at the source, " + to.state()
                    + " at the destination");
        }
        world.log("ended: " + ending);
        world.end();
        world.time().stop();
    }

    private void requireUnregistered(SimVm vm, Side side) {
        if (vm.isRegistered()) {
            world.violation("memory is still registered at " + side);
        }
    }

    /** Looks at all of the guest's memory. */
    private void sweep(SimVm vm, Side side) {
        vm.troubles().end();
        try (SimAttachment attachment = new SimAttachment(vm)) {
            attachment.pause();
        } catch (GuestException e) {
            world.violation("the guest cannot be paused at the end: " + e.getMessage());
        }
        String wrong = vm.checkAll();
        if (!wrong.isEmpty()) {
            world.violation("at the end " + wrong + " at " + side);
        }
    }

    Ending ending() {
        return world.violations().isEmpty() ? ending : Ending.VIOLATED;
    }
}
