package dev.faultline.qemu.lab.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faultline.qemu.lab.host.Command;
import dev.faultline.qemu.lab.host.LabException;
import dev.faultline.qemu.lab.host.LabHost;
import dev.faultline.qemu.lab.host.Leaks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespacesTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin/java").toString();
    private static final int MIB = 1 << 20;

    @BeforeEach
    void need() {
        LabHost.requireNamespaces();
    }

    @Test
    void everyNamespaceReachesEveryOther() throws Exception {
        Leaks leaks = Leaks.begin();
        try (Namespaces hosts = Namespaces.create(3)) {
            for (int from = 0; from < 3; from++) {
                for (int to = 0; to < 3; to++) {
                    assertThat(transferMillis(hosts, from, to, 1)).isNotNegative();
                }
            }
        }
        leaks.assertNone();
    }

    @Test
    void shapedLinkIsSlow() throws Exception {
        try (Namespaces hosts = Namespaces.create(2)) {
            hosts.shape(80_000_000);
            // 10 MB/s: 8 MiB take 0.8 s, less what the bucket holds.
            assertThat(transferMillis(hosts, 0, 1, 8)).isGreaterThan(600);
            hosts.unshape();
            assertThat(transferMillis(hosts, 0, 1, 8)).isLessThan(600);
        }
    }

    @Test
    void linkThatIsCutCarriesNothingUntilItIsMended() throws Exception {
        try (Namespaces hosts = Namespaces.create(2)) {
            hosts.link(0, 1, false);
            assertThatThrownBy(() -> transferMillis(hosts, 0, 1, 1)).isInstanceOf(LabException.class);
            hosts.link(0, 1, true);
            assertThat(transferMillis(hosts, 0, 1, 1)).isNotNegative();
        }
    }

    /** Sends so many MiB to a receiver in the other namespace, and returns how long that took without the JVM's start. */
    private static long transferMillis(Namespaces hosts, int from, int to, int mib) throws Exception {
        Process receiver = new ProcessBuilder(words(hosts.command(to), Receiver.class))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String port = receiver.inputReader().readLine();
            List<String> sender = words(hosts.command(from), Sender.class, hosts.address(to), port, "" + mib * MIB);
            return Long.parseLong(Command.run(sender.toArray(String[]::new)));
        } finally {
            receiver.destroyForcibly();
            assertThat(receiver.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static List<String> words(List<String> prefix, Class<?> program, String... arguments) {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of(JAVA, "-Xshare:auto", "-cp", System.getProperty("java.class.path"), program.getName()));
        words.addAll(List.of(arguments));
        return words;
    }
}
