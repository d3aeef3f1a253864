package dev.faultline.benchmarks.movement;

import com.sun.management.ThreadMXBean;
import dev.faultline.migration.host.ForwardingHost;
import dev.faultline.migration.host.LocalHost;
import dev.faultline.migration.host.Worker;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/** This machine, which counts what an engine's threads take of the heap. */
final class MeteredHost extends ForwardingHost {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final AtomicLong allocatedBytes = new AtomicLong();

    MeteredHost() {
        super(LocalHost.INSTANCE);
    }

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
        return super.start(name, () -> {
            try {
                body.run();
            } finally {
                allocatedBytes.addAndGet(allocatedBytesOfThisThread());
            }
        });
    }
}
