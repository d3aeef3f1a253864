package dev.faultline.uffd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.EventFd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Pidfd;
import dev.faultline.uffd.os.Poller;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** pidfd_getfd: the descriptors of a process that does not help. */
@RequiresUffd
@Timeout(120)
class TakeFromTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void theFaultsOfAProcessAreServedWithAUserfaultfdThatWasTakenFromIt() {
        try (ChildJvm child = ChildJvm.start(TouchMain.class, "native")) {
            TouchMain.Told told = TouchMain.told(child, LIMIT);
            try (OutsideHandler handler = new OutsideHandler(child, told)) {
                assertThat(child.endsWithin(LIMIT)).as(child::output).isTrue();
                assertThat(child.output()).contains("0 pages wrong");
                assertThat(Poller.awaitReadable(handler.process.fd(), 0))
                        .as("it has ended")
                        .isTrue();
                assertThat(handler.uffd.continuePages(told.address(), 4096, 0).kind())
                        .isEqualTo(Outcome.Kind.TARGET_EXITED);
            }
        }
    }

    @Test
    void whatIsNoUserfaultfdIsNamedAndClosed() {
        try (EventFd other = new EventFd()) {
            int number = other.fd().number();
            long self = ProcessHandle.current().pid();
            assertThat(OpenFiles.leakedBy(() -> assertThatThrownBy(() -> LinuxUffd.takeFrom(self, number))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("descriptor " + number)
                            .hasMessageContaining("is no userfaultfd but anon_inode:[eventfd]")))
                    .isZero();
        }
    }

    @Test
    void aUserfaultfdThatBlocksIsRefused() {
        try (LinuxUffd uffd = LinuxUffd.open(0, false)) {
            int number = uffd.fd().number();
            LibC.fcntl(number, LibC.F_SETFL, 0);
            assertThatThrownBy(() -> LinuxUffd.takeFrom(ProcessHandle.current().pid(), number))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("without O_NONBLOCK");
        }
    }

    @Test
    void aNumberThatIsNotOpenIsEbadf() {
        try (Pidfd self = Pidfd.open(ProcessHandle.current().pid())) {
            assertThatThrownBy(() -> self.takeFd(99_999))
                    .isInstanceOfSatisfying(
                            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
                    .hasMessageContaining("descriptor 99999")
                    .hasMessageContaining("/proc/PID/fd");
        }
    }

    @Test
    void aProcessThatHasEndedIsEsrch() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sleep", "100").start();
        try (Pidfd pidfd = Pidfd.open(process.pid())) {
            assertThat(Poller.awaitReadable(pidfd.fd(), 0)).isFalse();
            process.destroyForcibly().waitFor();
            assertThat(Poller.awaitReadable(pidfd.fd(), 0)).isTrue();
            assertThatThrownBy(() -> pidfd.takeFd(0)).hasMessageContaining("ESRCH");
            assertThatThrownBy(() -> Pidfd.open(process.pid())).hasMessageContaining("ESRCH");
        }
    }

    @Test
    void aProcessOfSomebodyElseNamesTheRemedy() {
        assumeTrue(Processes.isRoot(), "only root can become somebody else");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv of util-linux");
        try (ChildJvm child = ChildJvm.startWithPrefix(
                UffdOpenerTest.AS_NOBODY, TakeMain.class, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))) {
            assertThat(child.endsWithin(LIMIT)).isTrue();
            assumeTrue(!child.output().contains("ClassNotFound"), "the user nobody cannot read the build's output");
            assertThat(child.output())
                    .contains("pidfd_getfd(process " + ProcessHandle.current().pid() + ", descriptor 0) failed: EPERM")
                    .contains("CAP_SYS_PTRACE")
                    .contains("ptrace_scope");
        }
    }
}
