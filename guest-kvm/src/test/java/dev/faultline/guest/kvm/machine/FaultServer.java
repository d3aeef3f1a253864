package dev.faultline.guest.kvm.machine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.os.EventFd;
import dev.faultline.uffd.os.Poller;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Answers a guest's faults from a Java thread of the guest's own JVM, or keeps them waiting. */
final class FaultServer implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;
    private static final int CAPACITY = 64;

    private final LinuxUffd uffd = LinuxUffd.open(Set.of());
    private final EventFd end = new EventFd();
    private final GuestMapping mapping;
    private final MemorySegment alias;
    private final Set<Long> unanswered = ConcurrentHashMap.newKeySet();
    private final AtomicLong answered = new AtomicLong();

    /** What was read from the alias goes here, so that the compiler cannot leave the reading out. */
    private final AtomicLong sink = new AtomicLong();

    private final Thread thread;
    private volatile long heldFrom;
    private volatile boolean running = true;

    /** Serves a mapping that nobody has touched yet; holds back all faults from a guest address on. */
    FaultServer(GuestMapping mapping, MemorySegment alias, long heldFrom) {
        this.mapping = mapping;
        this.alias = alias;
        this.heldFrom = heldFrom;
        uffd.register(mapping.address(), mapping.lengthBytes(), EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR));
        thread = Thread.ofPlatform().name("fault-server").start(this::serve);
    }

    long answered() {
        return answered.get();
    }

    /** Faults that are not answered now. */
    int waiting() {
        return unanswered.size();
    }

    /** Answers everything from now on. */
    void holdNothing() {
        heldFrom = Long.MAX_VALUE;
        Set.copyOf(unanswered).forEach(this::answer);
    }

    private void serve() {
        try (EventBatch batch = new EventBatch(CAPACITY);
                Poller poller = new Poller(uffd.fd(), end.fd())) {
            while (running) {
                poller.await(-1);
                int count = uffd.read(batch);
                for (int i = 0; i < count; i++) {
                    take(batch.address(i));
                }
            }
        }
    }

    private void take(long address) {
        unanswered.add(address);
        if (address - mapping.address() < heldFrom) {
            answer(address);
        }
    }

    private void answer(long address) {
        // A hole becomes a page of zeros when the alias is read, which is this guest's true content.
        sink.addAndGet(alias.get(JAVA_BYTE, address - mapping.address()));
        Outcome outcome = uffd.continuePages(address, PAGE_BYTES, 0);
        if (outcome.kind() == Outcome.Kind.ALREADY_MAPPED) {
            uffd.wake(address, PAGE_BYTES);
        }
        unanswered.remove(address);
        answered.incrementAndGet();
    }

    @Override
    public void close() {
        running = false;
        end.signal();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        uffd.unregister(mapping.address(), mapping.lengthBytes());
        uffd.close();
        end.close();
    }
}
