package dev.faultline.uffd.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.uffd.NativeThread;
import dev.faultline.uffd.OpenFiles;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.internal.linux.Syscall.Call;
import dev.faultline.uffd.os.LinuxException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls in processes that know nothing of it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RemoteProcessTest {
    private static final int INJECTIONS = 500;
    private static final long GETPID = Call.GETPID.number();
    /** Prints a line for each signal USR1, and one should select(2) ever return. */
    private static final String COUNTER = "$|=1; $SIG{USR1}=sub{ print \"signal \".++$n.\"\\n\" };"
            + "print \"ready\\n\"; while (1) { select(undef,undef,undef,1000); print \"woken\\n\" }";

    private static final int READ = 0;
    private static final int CLOCK_NANOSLEEP = 230;
    private static final int PSELECT6 = 270;
    private static final int SELECT = 23;
    private static final int RESTART_SYSCALL = 219;
    private static final int POLL = 7;

    @BeforeEach
    void require() {
        Stranger.require();
    }

    private static void inject(Stranger stranger) {
        RemoteProcess process = RemoteProcess.of(stranger.pid());
        long[] stopped = new long[INJECTIONS];
        for (int i = 0; i < INJECTIONS; i++) {
            RemoteCall call = process.call(GETPID);
            assertThat(call.result()).isEqualTo(stranger.pid());
            stopped[i] = call.stoppedNanos();
        }
        Arrays.sort(stopped);
        assertThat(stopped[0]).isPositive();
    }

    /** nanosleep goes on by restart_syscall, with the time that is left. */
    @Test
    void aSleeperSleepsOnForTheTimeThatItWanted() {
        long begin = System.nanoTime();
        try (Stranger sleep = Stranger.startAndAwait(List.of("sleep", "3"), CLOCK_NANOSLEEP)) {
            inject(sleep);
            assertThat(sleep.call())
                    .hasValueSatisfying(call -> assertThat(call).isIn(CLOCK_NANOSLEEP, RESTART_SYSCALL));
            assertThat(sleep.readLine()).isEqualTo("ended with 0");
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(3_000_000_000L);
        }
    }

    @Test
    void aReaderReadsOn() {
        try (Stranger cat = Stranger.startAndAwait(List.of("cat"), READ)) {
            inject(cat);
            cat.writeLine("still here");
            assertThat(cat.readLine()).isEqualTo("still here");
            inject(cat);
            cat.writeLine("and again");
            assertThat(cat.readLine()).isEqualTo("and again");
        }
    }

    /** select(2) is one of the calls that a signal's handler ends with EINTR: the injection must not look like one. */
    @Test
    void aWaiterThatSignalsWakeIsNotWokenAndLosesNoSignal() {
        try (Stranger perl = Stranger.startAndAwait(List.of("perl", "-e", COUNTER), SELECT, PSELECT6, POLL)) {
            assertThat(perl.readLine()).isEqualTo("ready");
            inject(perl);
            AtomicBoolean ended = new AtomicBoolean();
            try (NativeThread thread = new NativeThread()) {
                CompletableFuture<Integer> injections = thread.run(() -> injectUntil(ended, perl));
                for (int i = 1; i <= 50; i++) {
                    perl.signal("USR1");
                    assertThat(perl.readLine()).isEqualTo("signal " + i);
                    assertThat(perl.readLine()).isEqualTo("woken");
                }
                ended.set(true);
                assertThat(NativeThread.await(injections)).isPositive();
            }
        }
    }

    private static int injectUntil(AtomicBoolean ended, Stranger stranger) {
        int count = 0;
        while (!ended.get()) {
            count += RemoteProcess.of(stranger.pid()).call(GETPID).result() == stranger.pid() ? 1 : 0;
        }
        return count;
    }

    /** A computation in user code, whose registers are all in use. */
    @Test
    void aProcessThatComputesComputesRight() {
        String sums = "$|=1; print \"ready\\n\";"
                + "while (1) { $s=0; for $i (1..3000000) { $s=($s*31+$i)%1000003 } print \"$s\\n\" }";
        String expected;
        try (Stranger alone = Stranger.start("perl", "-e", sums)) {
            alone.readLine();
            expected = alone.readLine();
        }
        try (Stranger perl = Stranger.start("perl", "-e", sums)) {
            assertThat(perl.readLine()).isEqualTo("ready");
            for (int i = 0; i < INJECTIONS; i++) {
                assertThat(RemoteProcess.of(perl.pid()).call(GETPID).result()).isEqualTo(perl.pid());
            }
            // What was computed meanwhile, and what was under way at the end.
            for (int line = 0; line < 3; line++) {
                assertThat(perl.readLine()).isEqualTo(expected);
            }
        }
    }

    @Test
    void aStoppedProcessStaysStopped() {
        try (Stranger cat = Stranger.startAndAwait(List.of("cat"), READ)) {
            cat.signal("STOP");
            while (cat.state() != 'T') {
                Thread.onSpinWait();
            }
            inject(cat);
            while (cat.state() != 'T') {
                Thread.onSpinWait();
            }
            cat.signal("CONT");
            cat.writeLine("on");
            assertThat(cat.readLine()).isEqualTo("on");
        }
    }

    @Test
    void argumentsArriveInTheirOrderAndAFailureIsAResult() {
        try (Stranger cat = Stranger.startAndAwait(List.of("cat"), READ)) {
            RemoteProcess process = RemoteProcess.of(cat.pid());
            int protection = LibC.PROT_READ | LibC.PROT_WRITE;
            int flags = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS;
            long address = process.call(Call.MMAP.number(), 0, 8192, protection, flags, -1, 0)
                    .result();
            assertThat(address).isPositive();
            assertThat(process.call(Call.MMAP.number(), 0, 8192, protection, flags, -1, 1)
                            .result())
                    .isEqualTo(-Errno.EINVAL);
            assertThat(process.call(Call.MUNMAP.number(), address, 8192).result())
                    .isZero();
            assertThatThrownBy(() -> process.closeInside(77))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("close(77) in process " + cat.pid())
                    .hasMessageContaining("EBADF");
            assertThatThrownBy(() -> process.call(GETPID, 1, 2, 3, 4, 5, 6, 7))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aCallThatBlocksIsBrokenOffAndTheProcessGoesOn() {
        try (Stranger cat = Stranger.startAndAwait(List.of("cat"), READ)) {
            RemoteProcess impatient = new RemoteProcess(cat.pid(), 50_000_000);
            assertThatThrownBy(() -> impatient.call(Call.PPOLL.number(), 0, 0, 0, 0, 8))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("did not return in time");
            cat.writeLine("on");
            assertThat(cat.readLine()).isEqualTo("on");
        }
    }

    /** Wherever the death falls, the caller learns of it and nothing hangs. */
    @Test
    void aProcessThatDiesMeanwhileIsEsrch() {
        for (int round = 0; round < 20; round++) {
            try (Stranger cat = Stranger.startAndAwait(List.of("cat"), READ);
                    NativeThread killer = new NativeThread()) {
                CompletableFuture<Boolean> kill = killer.run(() -> ProcessHandle.of(cat.pid())
                        .map(ProcessHandle::destroyForcibly)
                        .orElse(false));
                assertThatThrownBy(() -> injectUntil(new AtomicBoolean(), cat))
                        .isInstanceOfSatisfying(
                                LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));
                assertThat(NativeThread.await(kill)).isTrue();
            }
        }
    }

    @Test
    void aProcessThatIsNotThereIsEsrch() {
        assertThatThrownBy(() -> RemoteProcess.of(999_999_999).call(GETPID))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));
    }

    @Test
    void whatMustNotBeStoppedIsRefused() throws IOException {
        assertRefused(ProcessHandle.current().pid(), "no process traces itself");
        assertRefused(2, "thread of the kernel");
        Process child = new ProcessBuilder("sleep", "100").start();
        try {
            assertRefused(child.pid(), "child of this JVM");
        } finally {
            child.destroyForcibly();
        }
        try (NativeThread thread = new NativeThread()) {
            assertRefused(
                    thread.id(),
                    "is a thread of process " + ProcessHandle.current().pid());
        }
    }

    private static void assertRefused(long processId, String why) {
        assertThatThrownBy(() -> RemoteProcess.of(processId).call(GETPID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aProcessThatIsTracedAlreadyIsRefusedUntilItsTracerEnds() {
        try (Stranger cat = Stranger.startAndAwait(List.of("cat"), READ)) {
            try (NativeThread tracer = new NativeThread()) {
                NativeThread.await(tracer.run(() -> {
                    new TracedThread((int) cat.pid(), 1).seize();
                    return true;
                }));
                assertThatThrownBy(() -> RemoteProcess.of(cat.pid()).call(GETPID))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("traced by thread " + tracer.id());
            }
            while (!cat.status("TracerPid").equals("0")) {
                Thread.onSpinWait();
            }
            assertThatCode(() -> RemoteProcess.of(cat.pid()).call(GETPID)).doesNotThrowAnyException();
        }
    }

    @Test
    void anInterruptedCallerLetsTheProcessGoFirst() {
        try (Stranger cat = Stranger.startAndAwait(List.of("cat"), READ)) {
            Thread.currentThread().interrupt();
            assertThat(RemoteProcess.of(cat.pid()).call(GETPID).result()).isEqualTo(cat.pid());
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void noDescriptorIsLeftOpen() {
        try (Stranger cat = Stranger.startAndAwait(List.of("cat"), READ)) {
            assertThat(OpenFiles.leakedBy(() -> RemoteProcess.of(cat.pid()).call(GETPID)))
                    .isZero();
        }
    }

    /** The machine code of x86-64 has no alignment, that of AArch64 has. */
    @Test
    void anInstructionIsFoundWhereItMayBegin() {
        assertThat(Target.place(new byte[] {1, 0x0f, 0x05}, new byte[] {0x0f, 0x05}, 1))
                .isEqualTo(1);
        byte[] svc = {1, 0, 0, (byte) 0xd4};
        assertThat(Target.place(new byte[] {9, 1, 0, 0, (byte) 0xd4, 0, 0, 0, 1, 0, 0, (byte) 0xd4}, svc, 4))
                .isEqualTo(8);
        assertThat(Target.place(new byte[] {0x0f}, new byte[] {0x0f, 0x05}, 1)).isEqualTo(-1);
    }
}
