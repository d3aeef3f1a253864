package dev.faultline.uffd.os;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.uffd.ChildJvm;
import dev.faultline.uffd.internal.linux.LibC;
import java.time.Duration;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ProcessesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void aChildDiesWithAParentThatIsKilled() throws Exception {
        try (ChildJvm parent = ChildJvm.start(OrphanMain.class, "parent")) {
            assertThat(parent.writesWithin(LIMIT, "sleeps")).as(parent::output).isTrue();
            ProcessHandle child = ProcessHandle.of(childOf(parent)).orElseThrow();
            assertThat(child.isAlive()).isTrue();
            parent.kill();
            child.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(child.isAlive()).isFalse();
        }
    }

    @Test
    void aParentThatHasGoneAlreadyIsNoticed() {
        long somebodyElse = ProcessHandle.current().pid();
        try {
            assertThat(Processes.dieWithParent(somebodyElse)).isFalse();
            long parent = ProcessHandle.current().parent().orElseThrow().pid();
            assertThat(Processes.dieWithParent(parent)).isTrue();
        } finally {
            LinuxException.check(LibC.prctl(1, 0), "prctl(PR_SET_PDEATHSIG, 0)");
        }
    }

    private static long childOf(ChildJvm parent) {
        try (Scanner scanner = new Scanner(parent.output())) {
            scanner.next("child");
            return scanner.nextLong();
        }
    }
}
