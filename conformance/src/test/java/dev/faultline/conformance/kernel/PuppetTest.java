package dev.faultline.conformance.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.conformance.subject.SubjectThread;
import dev.faultline.testing.RequiresUffd;
import dev.faultline.testing.Skipping;
import dev.faultline.uffd.Uffd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@RequiresUffd
@Timeout(60)
class PuppetTest {
    private static final long BASE = 0x10_0000_0000L;
    private static final long PAGE = 4096;

    @TempDir
    private Path directory = Path.of(".");

    @BeforeEach
    void requireX86() {
        KernelSubject.unavailable().ifPresent(Skipping::skip);
    }

    @Test
    void bytesAreWhatTheSourceAssemblesTo() throws Exception {
        Path source = directory.resolve(PuppetImage.SOURCE);
        Path object = directory.resolve("puppet.o");
        Path binary = directory.resolve(PuppetImage.BINARY);
        Files.write(source, PuppetImage.resource(PuppetImage.SOURCE));

        assemble("as", "--64", "-o", object.toString(), source.toString());
        assemble("objcopy", "-O", "binary", "-j", ".text", object.toString(), binary.toString());

        assertThat(Files.readAllBytes(binary)).isEqualTo(PuppetImage.resource(PuppetImage.BINARY));
    }

    private void assemble(String... command) throws InterruptedException {
        Path log = directory.resolve("log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(log::toString).isZero();
        } catch (IOException e) {
            Skipping.skip("needs binutils: " + e.getMessage());
        }
    }

    @Test
    void signalsAreAnswersAndHurtNobody() {
        try (KernelSubject subject = new KernelSubject(false);
                SubjectProcess process = subject.newProcess()) {
            SubjectThread thread = process.thread();

            assertThat(thread.run(new Action.Load(BASE))).isEqualTo(new Result.Signalled(Result.Signal.SIGSEGV));
            assertThat(thread.run(map())).isEqualTo(new Result.Done(BASE));
            assertThat(thread.run(new Action.Store(BASE, 7))).isEqualTo(new Result.Done(0));
            assertThat(thread.run(new Action.Load(BASE))).isEqualTo(new Result.Done(7));
            assertThat(thread.run(new Action.Unmap(BASE + 1, PAGE))).isEqualTo(new Result.Failed(22));
        }
    }

    private static Action.Map map() {
        return new Action.Map(BASE, PAGE, false, 3, null, 0, false, false);
    }

    @Test
    void aThreadThatWaitsIsSeenToWaitAndEndsWithItsProcess() {
        try (KernelSubject subject = new KernelSubject(false)) {
            SubjectProcess process = subject.newProcess();
            process.thread().run(map());
            try (Uffd uffd = process.openUffd(0, false)) {
                uffd.register(BASE, PAGE, 1);
                Result result = process.thread().run(new Action.Load(BASE));
                assertThat(result).isEqualTo(new Result.Blocked(Result.Place.FAULT));
                process.exit();
                assertThat(uffd.backlog().unresolved()).isZero();
            }
            process.close();
        }
    }

    @Test
    void aThreadWaitsForOneThingAtATime() {
        try (KernelSubject subject = new KernelSubject(false);
                SubjectProcess process = subject.newProcess()) {
            process.thread().run(map());
            try (Uffd uffd = process.openUffd(0, false)) {
                uffd.register(BASE, PAGE, 1);
                process.thread().run(new Action.Load(BASE));
                assertThatThrownBy(() -> process.thread().run(new Action.Load(BASE)))
                        .isInstanceOf(IllegalStateException.class);
            }
            assertThat(process.thread().result()).isEqualTo(new Result.Done(0));
        }
    }

    @Test
    void processesShareNothing() {
        try (KernelSubject subject = new KernelSubject(false);
                SubjectProcess first = subject.newProcess();
                SubjectProcess second = subject.newProcess()) {
            first.thread().run(map());
            assertThat(second.mappings(BASE, BASE + PAGE)).isEmpty();
            assertThat(first.mappings(BASE, BASE + PAGE)).hasSize(1);
        }
    }

    @Test
    void aPuppetThatWasKilledIsReplaced() throws InterruptedException {
        try (KernelSubject subject = new KernelSubject(false)) {
            subject.puppet().process().destroyForcibly().waitFor();
            try (SubjectProcess process = subject.newProcess()) {
                assertThat(process.thread().run(map()).isDone()).isTrue();
            }
        }
    }
}
