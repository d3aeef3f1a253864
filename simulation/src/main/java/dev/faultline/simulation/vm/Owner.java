package dev.faultline.simulation.vm;

import dev.faultline.simulation.world.Side;
import dev.faultline.simulation.world.World;
import java.util.EnumSet;
import java.util.Set;

/** Watches that the guest runs on one side at a time, and never at the source again once it has run at the destination. */
public final class Owner {
    private final World world;
    private final Set<Side> running = EnumSet.noneOf(Side.class);
    private boolean hasMoved;

    public Owner(World world) {
        this.world = world;
    }

    void starts(Side side) {
        running.add(side);
        if (running.size() > 1) {
            world.violation("the guest runs on both sides");
        }
    }

    void stops(Side side) {
        running.remove(side);
    }

    /** A vCPU takes a step. */
    void runs(Side side) {
        if (side == Side.DESTINATION) {
            hasMoved = true;
        } else if (hasMoved) {
            world.violation("the guest runs at the source after it ran at the destination");
        }
        if (running.contains(side.other())) {
            world.violation("a vCPU runs at " + side + ", and the guest at " + side.other());
        }
    }

    /** {@return whether a vCPU has run at the destination} */
    public boolean hasMoved() {
        return hasMoved;
    }
}
