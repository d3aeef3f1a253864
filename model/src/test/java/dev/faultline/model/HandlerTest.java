package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.LinuxUffd;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.UffdWaiter;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.GuestMapping;
import dev.faultline.uffd.memory.Memfd;
import dev.faultline.uffd.memory.MemoryFile;
import dev.faultline.uffd.memory.PageSize;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One handler, on the kernel and in the model. */
@Timeout(60)
class HandlerTest {
    private static final int PAGES = 8;
    private static final long BYTES = PAGES * 4096L;
    private static final Set<RegisterMode> MODES = EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR);

    @Test
    void itServesTheModel() {
        ModelKernel kernel = new ModelKernel(Rules.MAINLINE, new FreeScheduler());
        ModelProcess process = kernel.newProcess();
        ModelThread guest = process.newThread();
        try (ModelFile file = kernel.createFile("memory", BYTES, PageSize.SIZE_4K);
                Uffd uffd = process.openUffd(0)) {
            long base = guest.mmap(MapRequest.shared(file));
            serve(uffd, file, base, page -> guest.load(base + page * 4096L));
        }
    }

    @Test
    @RequiresUffd
    void itServesTheKernel() {
        try (Memfd file = Memfd.create("handler", BYTES, PageSize.SIZE_4K);
                GuestMapping guest = file.mapGuest();
                Uffd uffd = LinuxUffd.open(Set.of())) {
            serve(uffd, file, guest.address(), page -> guest.touch(page * 4096L));
        }
    }

    @Test
    void itServesEveryInterleavingOfTheModel() {
        for (long seed = 0; seed < 50; seed++) {
            try (Machine at = new Machine(
                            Kind.SHMEM, new ModelKernel(Rules.MAINLINE, new SeededScheduler(seed)), Set.of());
                    UffdWaiter waiter = at.uffd.newWaiter();
                    AliasMapping alias = at.file.mapAlias()) {
                at.register(Machine.MISSING | Machine.MINOR);
                ModelThread handler = at.kernel.newProcess().newThread();
                handler.start(() -> new PageServer(at.uffd, at.file, alias, Machine.BASE).run(waiter));
                ModelTask<Byte> first = at.thread.start(() -> at.thread.load(at.page(3)));
                ModelTask<Byte> second = at.other.start(() -> at.other.load(at.page(3)));
                at.kernel.settle();
                assertThat(first.result()).isEqualTo((byte) 4);
                assertThat(second.result()).isEqualTo((byte) 4);
                waiter.end();
                assertThat(at.kernel.settle()).isTrue();
            }
        }
    }

    private static void serve(Uffd uffd, MemoryFile file, long base, IntFunction<Byte> touch) {
        uffd.register(base, BYTES, MODES);
        try (UffdWaiter waiter = uffd.newWaiter();
                AliasMapping alias = file.mapAlias();
                var pool = Executors.newThreadPerTaskExecutor(Thread::new)) {
            PageServer server = new PageServer(uffd, file, alias, base);
            var served = pool.submit(() -> server.run(waiter));
            for (int page = 0; page < PAGES; page++) {
                assertThat(touch.apply(page)).isEqualTo((byte) (page + 1));
            }
            waiter.end();
            assertThat(served).succeedsWithin(java.time.Duration.ofSeconds(30));
            uffd.unregister(base, BYTES);
        }
    }
}
