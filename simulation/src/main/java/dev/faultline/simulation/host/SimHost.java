package dev.faultline.simulation.host;

import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.host.Worker;
import dev.faultline.model.VirtualTime;
import dev.faultline.simulation.network.Uplink;
import dev.faultline.simulation.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;

/** One process of a simulated host: an engine. It can be killed. */
public final class SimHost implements Host {
    private final World world;
    private final String name;
    private final VirtualTime time;
    private final VirtualTime.Group tasks;
    private final Uplink uplink;

    public SimHost(World world, String name, Uplink uplink) {
        this.world = world;
        this.name = name;
        this.uplink = uplink;
        time = world.time();
        tasks = time.newGroup();
    }

    public String name() {
        return name;
    }

    /** Each look at the clock is a point at which others may go on: engines take it before what they do next. */
    @Override
    public long nanoTime() {
        time.point("looks at the clock");
        return world.nanoTime();
    }

    @Override
    public long newId() {
        return world.random().nextLong();
    }

    @Override
    public Worker start(String task, Runnable body) {
        SimWorker worker = new SimWorker(time);
        time.start(tasks, name + "/" + task, () -> {
            try {
                body.run();
            } catch (Throwable t) {
                world.violation("thread " + task + " of " + name + " ended with " + t);
            }
            worker.end();
        });
        return worker;
    }

    @Override
    public Signal newSignal() {
        return new SimSignal(time);
    }

    @Override
    public void pause(long nanos) {
        time.pass(nanos);
    }

    /** Nothing is its own: a simulation's processes share one JVM. */
    @Override
    public long residentBytes() {
        return 0;
    }

    @Override
    public Link connect(InetSocketAddress address) throws IOException {
        return uplink.connect(address);
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return uplink.listen(address);
    }

    /** Kills the process: none of its threads does anything any more, and its connections close. */
    public void kill() {
        time.kill(tasks);
        uplink.die();
    }
}
