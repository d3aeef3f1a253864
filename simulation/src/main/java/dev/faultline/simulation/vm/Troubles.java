package dev.faultline.simulation.vm;

import dev.faultline.simulation.world.World;

/** What goes wrong with a machine's commands. */
public final class Troubles {
    /** An engine may hold the guest then, which takes a while if it waits for a page. */
    private static final long AFTERMATH_NANOS = 30_000_000_000L;

    private final World world;
    private boolean refusesNext;
    private long delayBeforeNanos;
    private long delayAfterNanos;

    Troubles(World world) {
        this.world = world;
    }

    /** The next command is refused. */
    public void refuseNext() {
        refusesNext = true;
    }

    /** The next command is carried out late. */
    public void delayNext(long nanos) {
        delayBeforeNanos = nanos;
    }

    /** The next answer comes late. */
    public void delayAnswer(long nanos) {
        delayAfterNanos = nanos;
    }

    /** Nothing goes wrong any more. */
    public void end() {
        refusesNext = false;
        delayBeforeNanos = 0;
        delayAfterNanos = 0;
    }

    void before(Command<?> command) {
        if (delayBeforeNanos > 0) {
            long nanos = delayBeforeNanos;
            delayBeforeNanos = 0;
            world.log("the command '" + command.name() + "' is carried out late");
            world.time().pass(nanos);
        }
        if (refusesNext) {
            refusesNext = false;
            world.log("the command '" + command.name() + "' is refused");
            world.disturbedUntil(world.nanoTime() + AFTERMATH_NANOS);
            command.refuse("it is told to");
        }
    }

    void after() {
        if (delayAfterNanos > 0) {
            long nanos = delayAfterNanos;
            delayAfterNanos = 0;
            world.time().pass(nanos);
        }
    }
}
