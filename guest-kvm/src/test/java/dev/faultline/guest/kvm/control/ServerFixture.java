package dev.faultline.guest.kvm.control;

import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.LinuxPagemap;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.PageSize;
import dev.faultline.uffd.os.EventFd;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A control server of this process, over a machine that a test holds in its hand. */
final class ServerFixture implements AutoCloseable {
    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final AtomicLong NUMBER = new AtomicLong();

    final String name = freshName();
    final FakeMachine machine;
    final Memfd file = Memfd.create("control-test", FakeMachine.MEMORY_BYTES, PageSize.SIZE_4K);
    final GuestMapping mapping = file.mapGuest();
    final ControlServer server = ControlServer.listen(name);
    private final LinuxUffd uffd;
    private final LinuxPagemap pagemap = LinuxPagemap.ofSelf();

    /** With any descriptor in the place of the userfaultfd: most tests need no more, and then no permission either. */
    ServerFixture(GuestState first) {
        this(first, anyDescriptor());
    }

    ServerFixture(GuestState first, LinuxUffd uffd) {
        this.uffd = uffd;
        machine = new FakeMachine(first);
        List<GuestRegion> regions = List.of(new GuestRegion(0, "ram", mapping.address(), file));
        server.serve(new ServedGuest(machine, "a test wants it", regions, List.of(file.fd(), uffd.fd(), pagemap.fd())));
    }

    private static LinuxUffd anyDescriptor() {
        try (EventFd any = new EventFd()) {
            return LinuxUffd.adopt(any.fd().duplicate());
        }
    }

    static String freshName() {
        return "@faultline-control-test-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
    }

    RawPeer connect() {
        return new RawPeer(name);
    }

    VmmClient attach() {
        return VmmClient.attach(name, LIMIT_NANOS);
    }

    @Override
    public void close() {
        server.close();
        uffd.close();
        pagemap.close();
        mapping.close();
        file.close();
    }
}
