package dev.faultline.testing.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One run of a target. The decoder has a thread of its own, so that one that hangs is seen and named. */
final class FuzzRun {
    /** How long one input may take; far more than any needs, on a busy host too. */
    static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Fuzz fuzz;
    private final Fuzz.Decoder decoder;
    private final long limitNanos;
    private final AtomicReference<@Nullable Throwable> stray = new AtomicReference<>();
    private final AtomicReference<@Nullable AssertionError> failure = new AtomicReference<>();
    private volatile byte[] input = {};
    private volatile String origin = "";
    private volatile long begunNanos = System.nanoTime();

    FuzzRun(Fuzz fuzz, Fuzz.Decoder decoder) {
        this(fuzz, decoder, LIMIT_NANOS);
    }

    FuzzRun(Fuzz fuzz, Fuzz.Decoder decoder, long limitNanos) {
        this.fuzz = fuzz;
        this.decoder = decoder;
        this.limitNanos = limitNanos;
    }

    void run() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, t) -> stray.set(t));
        Thread worker = Thread.ofPlatform().daemon().name("fuzz-" + fuzz.target).start(this::takeAll);
        try {
            watch(worker);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        AssertionError failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    private void watch(Thread worker) {
        try {
            while (!worker.join(LOOK)) {
                if (System.nanoTime() - begunNanos > limitNanos) {
                    AssertionError hanging = failed("it hangs", null);
                    hanging.setStackTrace(worker.getStackTrace());
                    throw hanging;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void takeAll() {
        try {
            List<byte[]> corpus = fuzz.limits.corpus(fuzz.target).read();
            for (byte[] kept : corpus) {
                take(kept, "an input of the corpus", Long.MAX_VALUE); // loads classes, which takes memory once
            }
            for (byte[] kept : corpus) {
                take(kept, "an input of the corpus", fuzz.mostAllocatedBytes);
            }
            Mutator mutator = new Mutator(corpus, fuzz.words, fuzz.mostBytes);
            long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(fuzz.limits.seconds());
            long i = 0;
            for (; goesOn(i, endNanos); i++) {
                byte[] next = mutator.next(fuzz.limits.seed() + (i << 32));
                take(next, "mutation " + i + " of seed " + fuzz.limits.seed(), fuzz.mostAllocatedBytes);
            }
            if (fuzz.limits.seconds() > 0) {
                System.out.println(
                        "Fuzzed '" + fuzz.target + "' with " + i + " mutations of seed " + fuzz.limits.seed());
            }
        } catch (AssertionError e) {
            failure.set(e);
        } catch (Throwable t) {
            failure.set(new AssertionError("the fuzz target '" + fuzz.target + "' could not be run", t));
        }
    }

    private boolean goesOn(long mutation, long endNanos) {
        return fuzz.limits.seconds() == 0 ? mutation < fuzz.mutations : System.nanoTime() < endNanos;
    }

    private void take(byte[] next, String from, long mostAllocatedBytes) {
        input = next;
        origin = from;
        begunNanos = System.nanoTime();
        long before = THREADS.getTotalThreadAllocatedBytes();
        try {
            decoder.take(next.clone());
        } catch (Throwable t) {
            if (!fuzz.expected.contains(t.getClass())) {
                throw failed("it threw what it must not", t);
            }
            if (t.getMessage() == null || t.getMessage().isBlank()) {
                throw failed("it failed without saying why", t);
            }
        }
        long allocated = THREADS.getTotalThreadAllocatedBytes() - before;
        if (allocated > mostAllocatedBytes) {
            throw failed("it allocated " + allocated + " bytes, more than " + mostAllocatedBytes, null);
        }
        Throwable elsewhere = stray.get();
        if (elsewhere != null) {
            throw failed("another thread ended with an exception", elsewhere);
        }
    }

    private AssertionError failed(String what, @Nullable Throwable cause) {
        byte[] failing = input;
        Path kept = fuzz.limits.failures(fuzz.target).add(failing);
        return new AssertionError(
                "Fuzzing '" + fuzz.target + "': " + what + ", on " + origin + ", kept in " + kept + ": "
                        + (cause == null ? "" : cause + "; ") + failing.length + " bytes beginning with "
                        + Arrays.toString(Arrays.copyOf(failing, Math.min(failing.length, 40))),
                cause);
    }
}
