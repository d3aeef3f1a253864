package dev.faultline.uffd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.faultline.testing.RequiresUffd;
import dev.faultline.uffd.internal.linux.Errno;
import dev.faultline.uffd.internal.linux.LibC;
import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class UffdOpenerTest {
    private static final int F_GETFD = 1;
    private static final int FD_CLOEXEC = 1;
    static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all");

    @Test
    @RequiresUffd
    void thisKernelHasWhatAMigrationNeeds() {
        assertThat(LinuxUffd.kernelFeatures())
                .contains(
                        UffdFeature.MISSING_SHMEM,
                        UffdFeature.MINOR_SHMEM,
                        UffdFeature.MISSING_HUGETLBFS,
                        UffdFeature.MINOR_HUGETLBFS,
                        UffdFeature.WP_HUGETLBFS_SHMEM,
                        UffdFeature.WP_ASYNC);
    }

    @Test
    void bitsOfFeaturesAreThoseOfTheHeader() {
        assertThat(UffdFeature.of(0)).isEmpty();
        assertThat(UffdFeature.of(1 << 15)).containsExactly(UffdFeature.WP_ASYNC);
        assertThat(UffdFeature.of(1 << 9 | 1 << 10 | 1L << 60))
                .containsExactly(UffdFeature.MINOR_HUGETLBFS, UffdFeature.MINOR_SHMEM);
    }

    @Test
    @RequiresUffd
    void aUserfaultfdDoesNotBlockAndIsNotInherited() {
        try (LinuxUffd uffd = LinuxUffd.open(Set.of())) {
            int number = uffd.fd().number();
            assertThat(LibC.fcntl(number, LibC.F_GETFL, 0) & LibC.O_NONBLOCK).isNotZero();
            assertThat(LibC.fcntl(number, F_GETFD, 0)).isEqualTo(FD_CLOEXEC);
        }
    }

    @Test
    @RequiresUffd
    void openingLeaksNothing() {
        assertThat(OpenFiles.leakedBy(
                        () -> LinuxUffd.open(Set.of(UffdFeature.MINOR_SHMEM)).close()))
                .isZero();
        assertThat(OpenFiles.leakedBy(LinuxUffd::kernelFeatures)).isZero();
    }

    @Test
    @RequiresUffd
    void aFeatureOfAnotherKernelIsNamedInTheError() {
        try (Fd fd = UffdOpener.open(false)) {
            assertThatThrownBy(() -> UffdOpener.handshake(fd, 1L << 62))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("UFFDIO_API, features=0x4000000000000000")
                    .hasMessageContaining("EINVAL")
                    .hasMessageContaining("lacks a feature");
        }
    }

    @Test
    void aRefusalNamesAllThreeRemedies() {
        String remedy = UffdOpener.remedy(Errno.EACCES, Errno.EPERM);
        assertThat(remedy)
                .contains("/dev/userfaultfd")
                .contains("EACCES")
                .contains("CAP_SYS_PTRACE")
                .contains("vm.unprivileged_userfaultfd=1");
    }

    @Test
    void aKernelWithoutItIsNamed() {
        assertThat(UffdOpener.remedy(Errno.ENOENT, Errno.ENOSYS)).contains("CONFIG_USERFAULTFD");
    }

    /** No permission helps a process that has too many files open. */
    @Test
    void otherFailuresDoNotBlameThePermission() {
        assertThat(UffdOpener.remedy(Errno.EMFILE, Errno.EMFILE)).isEmpty();
    }

    @Test
    @RequiresUffd
    void aUserWithoutPermissionLearnsTheRemedies() throws IOException {
        assumeTrue(Processes.isRoot(), "only root can become somebody else");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv of util-linux");
        String allowed = Files.readAllLines(Path.of("/proc/sys/vm/unprivileged_userfaultfd"))
                .getFirst();
        assumeTrue(allowed.equals("0"), "vm.unprivileged_userfaultfd=" + allowed + " permits it to everybody");
        try (ChildJvm child = ChildJvm.startWithPrefix(
                AS_NOBODY, UnprivilegedMain.class, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"))) {
            assertThat(child.endsWithin(Duration.ofSeconds(30))).isTrue();
            assumeTrue(!child.output().contains("ClassNotFound"), "the user nobody cannot read the build's output");
            assertThat(child.output())
                    .contains("userfaultfd(CLOEXEC|NONBLOCK) failed: EPERM")
                    .contains("/dev/userfaultfd could not be opened either: EACCES")
                    .contains("CAP_SYS_PTRACE")
                    .contains("sysctl vm.unprivileged_userfaultfd=1");
        }
    }
}
