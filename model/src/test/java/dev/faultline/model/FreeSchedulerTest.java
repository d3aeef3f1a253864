package dev.faultline.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.UffdWaiter;
import dev.faultline.uffd.memory.AliasMapping;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FreeSchedulerTest {
    private static final int THREADS = 4;

    private final ModelKernel kernel = new ModelKernel(Rules.MAINLINE, new FreeScheduler());

    @Test
    void realThreadsWaitForPagesThatARealThreadServes() throws ExecutionException, InterruptedException {
        try (Machine at = new Machine(Kind.SHMEM, kernel, Set.of());
                UffdWaiter waiter = at.uffd.newWaiter();
                AliasMapping alias = at.file.mapAlias();
                ExecutorService pool = Executors.newThreadPerTaskExecutor(Thread::new)) {
            at.register(Machine.MISSING | Machine.MINOR);
            List<Callable<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                ModelThread thread = at.process.newThread();
                readers.add(() -> sum(at, thread));
            }
            Future<?> handler = pool.submit(() -> new PageServer(at.uffd, at.file, alias, Machine.BASE).run(waiter));
            for (Future<Integer> reader : pool.invokeAll(readers)) {
                assertThat(reader.get()).isEqualTo(Machine.PAGES * (Machine.PAGES + 1) / 2);
            }
            waiter.end();
            handler.get();
        }
    }

    private static int sum(Machine at, ModelThread thread) {
        int sum = 0;
        for (int page = 0; page < Machine.PAGES; page++) {
            sum += thread.load(at.page(page));
        }
        return sum;
    }

    @Test
    void startedTasksComeToRest() {
        try (Machine at = new Machine(Kind.SHMEM, kernel, Set.of())) {
            at.register(Machine.MISSING);
            ModelTask<Byte> load = at.thread.start(() -> at.thread.load(at.page(0)));
            assertThat(kernel.settle()).isFalse();
            assertThat(load.blockedIn()).contains(ModelTask.Blocked.FAULT);
            assertThat(at.uffd.zeroPages(at.page(0), at.pageBytes, 0)).isEqualTo(Outcome.DONE);
            assertThat(kernel.settle()).isTrue();
            assertThat(load.result()).isZero();
        }
    }

    @Test
    void aTimedWaitEndsByItself() {
        try (Machine at = new Machine(Kind.SHMEM, kernel, Set.of());
                UffdWaiter waiter = at.uffd.newWaiter()) {
            assertThat(waiter.await(1_000_000)).isFalse();
            assertThat(waiter.await(0)).isFalse();
        }
    }

    @Test
    void anAliasIsTheFile() {
        try (Machine at = new Machine(Kind.SHMEM, kernel, Set.of());
                AliasMapping alias = at.file.mapAlias()) {
            assertThat(at.file.nextData(0)).isEqualTo(at.file.lengthBytes());
            alias.makeWritable(at.pageBytes, 1);
            alias.segment().set(ValueLayout.JAVA_BYTE, at.pageBytes, (byte) 9);
            assertThat(at.file.nextData(0)).isEqualTo(at.pageBytes);
            assertThat(at.file.nextHole(at.pageBytes)).isEqualTo(2 * at.pageBytes);
            assertThat(at.file.allocatedBytes()).isEqualTo(at.pageBytes);
            assertThat(at.thread.load(at.page(1))).isEqualTo((byte) 9);
            at.file.punchHole(at.pageBytes, at.pageBytes);
            assertThat(alias.segment().get(ValueLayout.JAVA_BYTE, at.pageBytes)).isZero();
            assertThat(at.file.allocatedBytes()).isZero();
        }
    }
}
