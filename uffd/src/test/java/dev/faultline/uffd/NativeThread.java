package dev.faultline.uffd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A thread that touches memory as a vCPU does: in native state, so that no safepoint waits for its faults. It is a
 * daemon: a fault that nobody answers fails a test and does not keep the JVM.
 */
public final class NativeThread implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;
    private static final long STUCK_MILLIS = 200;

    private final ExecutorService executor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("toucher-", 0).factory());

    /** Starts it. */
    public NativeThread() {}

    /** {@return what it will have read} */
    public CompletableFuture<byte[]> load(long address, long lengthBytes) {
        return run(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment target = arena.allocate(lengthBytes);
                NativeMemory.copy(target.address(), address, lengthBytes);
                return target.toArray(JAVA_BYTE);
            }
        });
    }

    /** {@return the end of its writing} */
    public CompletableFuture<Boolean> store(long address, byte... bytes) {
        return run(() -> {
            try (Arena arena = Arena.ofConfined()) {
                NativeMemory.copy(address, arena.allocateFrom(JAVA_BYTE, bytes).address(), bytes.length);
                return true;
            }
        });
    }

    /** {@return its kernel thread id} */
    public int id() {
        return await(run(LibC::gettid));
    }

    /** {@return the end of other work of it} */
    public <T> CompletableFuture<T> run(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, executor);
    }

    /** {@return the result} Fails the test when it does not come. */
    public static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the thread still waits", e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError("the test was interrupted", e);
        }
    }

    /** {@return whether it still waits after a while}; a thread that goes on does so within microseconds. */
    public static boolean isStuck(CompletableFuture<?> future) {
        try {
            future.get(STUCK_MILLIS, TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException e) {
            return true;
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        executor.shutdown();
    }
}
