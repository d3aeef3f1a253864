package dev.faultline.qemu.lab.host;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.faultline.testing.Skipping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Conditions on a test's host. A test that is skipped says why; with CI=true what could be installed has to be there. */
public final class LabHost {
    private static final Path STATUS = Path.of("/proc/self/status");

    private LabHost() {}

    /** Skips the running test where no machine of the lab can run; for the Linux guest see its image. */
    public static void requireQemu() {
        if (!System.getProperty("os.arch").equals("amd64")) {
            abort("needs an x86-64 host, whose assembler and compiler make the lab's guests");
        }
        require(Tool.QEMU, Tool.AS, Tool.OBJCOPY);
    }

    /** Skips the running test where this user cannot make network namespaces. */
    public static void requireNamespaces() {
        require(Tool.IP, Tool.TC, Tool.NSENTER);
        requireRoot();
    }

    /** Skips the running test where it does not run as root: mounts, namespaces and huge pages need it. */
    public static void requireRoot() {
        try {
            boolean root = Files.readAllLines(STATUS).stream().anyMatch(line -> line.matches("Uid:\\s+0\\s.*"));
            if (!root) {
                Skipping.skip("needs root");
            }
        } catch (IOException e) {
            throw new LabException("cannot read " + STATUS, e);
        }
    }

    private static void require(Tool... tools) {
        Optional<String> lack = Tool.lack(tools);
        if (lack.isPresent()) {
            Skipping.skip("needs programs: " + lack.get());
        }
    }
}
