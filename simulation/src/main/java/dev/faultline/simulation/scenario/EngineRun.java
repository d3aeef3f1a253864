package dev.faultline.simulation.scenario;

import dev.faultline.migration.MigrationException;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.journal.Journal;
import dev.faultline.model.VirtualCondition;
import dev.faultline.simulation.host.SimHost;
import dev.faultline.simulation.network.SimNetwork;
import dev.faultline.simulation.vm.SimAttachment;
import dev.faultline.simulation.world.World;
import org.jspecify.annotations.Nullable;

/** One process that runs an engine, from its start until it ends or is killed. */
final class EngineRun {
    /** What the process does: what a command of {@code faultline} does. */
    @FunctionalInterface
    interface Body {
        void run(EngineRun run) throws MigrationException;
    }

    private final World world;
    private final SimNetwork network;
    private final SimHost host;
    private final VirtualCondition changed;
    private final long startedNanos;
    private @Nullable Journal journal;
    private @Nullable SimAttachment attachment;
    private boolean ended;
    private boolean moved;

    EngineRun(World world, SimNetwork network, SimHost host) {
        this.world = world;
        this.network = network;
        this.host = host;
        changed = world.time().newCondition();
        startedNanos = world.nanoTime();
    }

    EngineRun start(Body body) {
        world.disturbed();
        world.log(host.name() + " starts");
        host.start("main", () -> {
            try {
                body.run(this);
                world.log(host.name() + " has ended");
            } catch (MigrationException | GuestException e) {
                String failure = String.valueOf(e.getMessage());
                world.log(host.name() + " failed: " + failure);
                Expectations.check(world, host.name(), failure, network.hasFalsified());
            } finally {
                end();
            }
        });
        return this;
    }

    SimHost host() {
        return host;
    }

    /** Has the journal closed if the process is killed, as its kernel would. */
    Journal keep(Journal opened) {
        journal = opened;
        return opened;
    }

    SimAttachment keep(SimAttachment attached) {
        attachment = attached;
        return attached;
    }

    private void end() {
        ended = true;
        release();
        world.disturbed();
        changed.wakeAll();
    }

    private void release() {
        if (journal != null) {
            journal.close();
        }
        if (attachment != null) {
            attachment.close();
        }
    }

    /** As SIGKILL does. */
    void kill() {
        if (!ended) {
            world.log(host.name() + " is killed");
            host.kill();
            end();
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** The engine has said that the destination has all of the guest. */
    void noteMoved() {
        moved = true;
    }

    boolean hasMoved() {
        return moved;
    }

    long startedNanos() {
        return startedNanos;
    }

    /** Waits. {@return whether it has ended} */
    boolean await(long timeoutNanos) {
        return changed.await(() -> ended, timeoutNanos);
    }
}
