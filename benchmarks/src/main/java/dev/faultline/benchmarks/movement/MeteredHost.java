package dev.faultline.benchmarks.movement;

import com.sun.management.ThreadMXBean;
import dev.faultline.migration.host.Host;
import dev.faultline.migration.host.Link;
import dev.faultline.migration.host.Listener;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.Signal;
import dev.faultline.migration.host.Worker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/** This machine, which counts what an engine's threads take of the heap. */
final class MeteredHost implements Host {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Host host = LocalHost.INSTANCE;
    private final AtomicLong allocatedBytes = new AtomicLong();

    /** {@return what the threads took that have ended} */
    long allocatedBytes() {
        return allocatedBytes.get();
    }

    /** {@return what this thread has taken} */
    static long allocatedBytesOfThisThread() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    @Override
    public Worker start(String name, Runnable body) {
        return host.start(name, () -> {
            try {
                body.run();
            } finally {
                allocatedBytes.addAndGet(allocatedBytesOfThisThread());
            }
        });
    }

    @Override
    public long nanoTime() {
        return host.nanoTime();
    }

    @Override
    public long newId() {
        return host.newId();
    }

    @Override
    public Signal newSignal() {
        return host.newSignal();
    }

    @Override
    public void pause(long nanos) {
        host.pause(nanos);
    }

    @Override
    public long residentBytes() {
        return host.residentBytes();
    }

    @Override
    public Link connect(InetSocketAddress address) throws IOException {
        return host.connect(address);
    }

    @Override
    public Listener listen(InetSocketAddress address) throws IOException {
        return host.listen(address);
    }
}
